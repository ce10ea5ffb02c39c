import { and, eq } from 'drizzle-orm'
import type { ConversationId, DraftId, MessageId } from '#src/domain/ids.ts'
import type { Conn } from './client.ts'
import { drafts } from './schema/drafts.ts'
import { messages } from './schema/messages.ts'

/** What somebody had in front of them who looked earlier: a draft's words never change, only which draft waits. */
export async function readSeenThen(
  conn: Conn,
  id: ConversationId,
  seen: { draftId?: DraftId | undefined; headMessageId: MessageId },
) {
  const [message] = await conn
    .select({ id: messages.id, text: messages.text, form: messages.form, deletedAt: messages.deletedAt })
    .from(messages)
    .where(and(eq(messages.id, seen.headMessageId), eq(messages.conversationId, id)))
  const [draft] = seen.draftId
    ? await conn
        .select({ id: drafts.id, text: drafts.text })
        .from(drafts)
        .where(and(eq(drafts.id, seen.draftId), eq(drafts.conversationId, id)))
    : []
  return { message: message ?? null, draft: draft ?? null }
}
