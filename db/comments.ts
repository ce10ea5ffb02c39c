import { and, desc, eq, exists, inArray, isNull, lt, max, ne, or, type SQL, type SQLWrapper, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/mysql-core'
import type { ConversationId } from '#src/domain/ids.ts'
import { isMentionForm, mentionForms } from '#src/domain/mention.ts'
import { type PostKind, standingStatuses } from '#src/domain/outbox.ts'
import type { CommentFacts } from '#src/domain/policy-case.ts'
import type { Conn, Transaction } from './client.ts'
import { contacts } from './schema/contacts.ts'
import { conversations } from './schema/conversations.ts'
import { messages } from './schema/messages.ts'
import { outboxPosts } from './schema/outbox-posts.ts'

const forms = ['comment', 'live_comment', ...mentionForms]
const another = sql`version + 1`

interface ToAnswer {
  commentRef: string
  /** The comment it stands below, if it does. */
  parentRef: string | null
  facts: CommentFacts
}

/** The comment or mention that is answered when this conversation is: the contact's newest; undefined when none is left. */
export async function findCommentToAnswer(conn: Conn, conversationId: ConversationId): Promise<ToAnswer | undefined> {
  const { messageRef, replyToRef, form, hiddenAt, sentAt, id } = messages
  const [comment] = await conn
    .select({
      messageRef,
      replyToRef,
      form,
      hiddenAt,
      sentAt,
      answeredPrivately: sql`${exists(privateReplies(conn))}`.mapWith(Boolean),
      liveSeenAt: liveSeenAt(conn, { accountId: messages.accountId, conversationId: messages.conversationId, form }),
    })
    .from(messages)
    .where(and(eq(messages.conversationId, conversationId), isComment()))
    .orderBy(desc(sentAt), desc(id))
    .limit(1)
  return comment && { commentRef: comment.messageRef, parentRef: comment.replyToRef, facts: factsOf(comment) }
}

/** Posts of the conversation that answer the comment privately, from whatever row of `messages` the query stands on. */
function privateReplies(conn: Conn) {
  const other = alias(outboxPosts, 'private_reply')
  return conn
    .select({ id: other.id })
    .from(other)
    .where(
      and(
        eq(other.conversationId, messages.conversationId),
        eq(other.kind, 'private_reply'),
        eq(other.recipientRef, messages.messageRef),
        inArray(other.status, standingStatuses),
      ),
    )
}

/** As above, but seen from a post: another one has answered the comment, or was approved to earlier. */
export function answeredPrivatelyBefore(conn: Conn): SQL<unknown> {
  const other = alias(outboxPosts, 'private_reply')
  const { kind, status, recipientRef, conversationId, id } = other
  const isFirst = or(ne(status, 'queued'), lt(id, outboxPosts.id))
  return exists(
    conn
      .select({ id })
      .from(other)
      .where(
        and(
          eq(conversationId, outboxPosts.conversationId),
          eq(kind, 'private_reply'),
          eq(recipientRef, outboxPosts.recipientRef),
          ne(id, outboxPosts.id),
          inArray(status, standingStatuses),
          isFirst,
        ),
      ),
  )
}

/** When the live video that the comment stands under was last seen to be on; null of every other comment. */
export function liveSeenAt(conn: Conn, comment: Record<'accountId' | 'conversationId' | 'form', SQLWrapper>) {
  const [here, same] = [alias(conversations, 'here'), alias(conversations, 'same_video')]
  const newest = conn
    .select({ at: max(same.lastInboundAt) })
    .from(here)
    .innerJoin(same, and(eq(same.accountId, comment.accountId), eq(same.threadRef, here.threadRef)))
    .where(eq(here.id, comment.conversationId))
  return sql`case when ${comment.form} = 'live_comment' then (${newest}) end`.mapWith(same.lastInboundAt)
}

export function isComment(table: Record<'direction' | 'form' | 'deletedAt', SQLWrapper> = messages): SQL | undefined {
  return and(eq(table.direction, 'inbound'), inArray(table.form, [...forms]), isNull(table.deletedAt))
}

export function factsOf(comment: {
  form: string
  hiddenAt: Date | null
  sentAt: Date
  answeredPrivately: boolean
  liveSeenAt: Date | null
}): CommentFacts {
  const { form, hiddenAt, sentAt, answeredPrivately, liveSeenAt: seenAt } = comment
  const live = form === 'live_comment'
  return {
    ...{ live, hidden: hiddenAt !== null, answeredPrivately, at: sentAt, elsewhere: isMentionForm(form) },
    ...(seenAt && { liveSeenAt: seenAt }),
  }
}

/** Keeps under which reference the author of a comment gets messages. */
export async function keepDirectRef(
  tx: Transaction,
  { conversationId }: { conversationId: ConversationId },
  directRef: string,
): Promise<void> {
  const author = tx
    .select({ id: conversations.contactId })
    .from(conversations)
    .where(eq(conversations.id, conversationId))
  await tx
    .update(contacts)
    .set({ directRef, version: another })
    .where(and(inArray(contacts.id, author), or(isNull(contacts.directRef), ne(contacts.directRef, directRef))))
}

/** What the platform did to a comment for us. The words of a deleted one go too. */
export async function markComment(
  tx: Transaction,
  post: { accountId: typeof outboxPosts.$inferSelect.accountId; kind: PostKind; recipientRef: string },
  at: Date,
): Promise<void> {
  const changes = {
    hide: { hiddenAt: at },
    unhide: { hiddenAt: null },
    delete: { deletedAt: at, text: '', attachments: [] },
  }
  const change = changes[post.kind as keyof typeof changes]
  if (!change) return
  await tx
    .update(messages)
    .set({ ...change, version: another })
    .where(and(eq(messages.accountId, post.accountId), eq(messages.messageRef, post.recipientRef)))
}
