import { and, desc, eq, lt, lte, or } from 'drizzle-orm'
import type { ConversationId, MessageId } from '#src/domain/ids.ts'
import type { Attachment } from '#src/domain/inbox.ts'
import { isFile } from '#src/domain/media.ts'
import type { Conn } from './client.ts'
import { type Place, pageOf } from './console-list.ts'
import { listMediaOf } from './media.ts'
import { messages } from './schema/messages.ts'

const MESSAGES = 60

/** The newest messages first, in the platform's order. */
export async function listMessages(conn: Conn, id: ConversationId, before: Place | undefined) {
  const rows = await conn
    .select({
      id: messages.id,
      messageRef: messages.messageRef,
      direction: messages.direction,
      origin: messages.origin,
      form: messages.form,
      text: messages.text,
      attachments: messages.attachments,
      replyToRef: messages.replyToRef,
      reaction: messages.reaction,
      sentAt: messages.sentAt,
      editedAt: messages.editedAt,
      deletedAt: messages.deletedAt,
      hiddenAt: messages.hiddenAt,
      postId: messages.postId,
    })
    .from(messages)
    .where(and(eq(messages.conversationId, id), before && earlierThan(before)))
    .orderBy(desc(messages.sentAt), desc(messages.id))
    .limit(MESSAGES + 1)
  return pageOf(rows.slice(0, MESSAGES), rows.length > MESSAGES, ({ sentAt, id }) => ({ at: sentAt, id }))
}

/** Each attachment with how far its file is. The link to a file stays here, so that no browser can be led there. */
export async function withMedia<M extends { id: MessageId; attachments: Attachment[] }>(conn: Conn, items: M[]) {
  const bearers = items.filter(({ attachments }) => attachments.length > 0)
  const files =
    bearers.length > 0
      ? await listMediaOf(
          conn,
          bearers.map(({ id }) => id),
        )
      : []
  return items.map((message) => ({
    ...message,
    attachments: message.attachments.map(({ url, ...attachment }, position) => {
      const file = files.find((one) => one.messageId === message.id && one.position === position)
      return { ...attachment, ...(url && !isFile(attachment) && { url }), ...(file && { media: viewOf(file) }) }
    }),
  }))
}

function viewOf({ id, status, reason, contentType, bytes, width, height }: MediaRow) {
  if (status === 'kept' && contentType && bytes !== null) return { id, status, contentType, bytes, width, height }
  return { status: status === 'waiting' ? status : ('failed' as const), reason }
}

type MediaRow = Awaited<ReturnType<typeof listMediaOf>>[number]

function earlierThan({ at, id }: Place) {
  return and(lte(messages.sentAt, at), or(lt(messages.sentAt, at), lt(messages.id, id as MessageId)))
}
