/* Mentions that were told by ids alone. Until somebody has asked the platform, their event has no `reason`. */
import { and, asc, eq, gt, isNull, lte, sql } from 'drizzle-orm'
import type { EventId, MessageId } from '#src/domain/ids.ts'
import type { Attachment } from '#src/domain/inbox.ts'
import type { Conn, Transaction } from './client.ts'
import { type Conversation, findThread, NO_DEADLINE } from './conversations.ts'
import { accounts } from './schema/accounts.ts'
import { conversations } from './schema/conversations.ts'
import { inboundEvents } from './schema/inbound-events.ts'
import { messages } from './schema/messages.ts'

const { id, kind, reason, accountId, createdAt } = inboundEvents
const isWaiting = and(eq(kind, 'mention_notice'), isNull(reason))

/** What came of asking. */
export type NoticeEnd = 'ours' | 'shown' | 'hidden'

export async function findNotice(conn: Conn, notice: EventId) {
  const [row] = await conn
    .select({ event: inboundEvents, account: accounts })
    .from(inboundEvents)
    .innerJoin(accounts, eq(accounts.id, accountId))
    .where(and(eq(id, notice), isWaiting))
  return row
}

/** Ends the wait for this caller alone; false when somebody else was first. */
export async function endNotice(
  tx: Transaction,
  notice: EventId,
  end: { as: NoticeEnd; conversationId: Conversation['id'] | null },
): Promise<boolean> {
  const [{ affectedRows }] = await tx
    .update(inboundEvents)
    .set({ reason: end.as, conversationId: end.conversationId })
    .where(and(eq(id, notice), isWaiting))
  return affectedRows === 1
}

/** Where it has come to. */
export async function placeNotice(tx: Transaction, notice: EventId, conversationId: Conversation['id']): Promise<void> {
  await tx.update(inboundEvents).set({ conversationId }).where(eq(id, notice))
}

/** Those that nobody has asked about since `before`, of the time after `from`: ids begin with their time. */
export function listNotices(conn: Conn, { from, before }: { from: EventId; before: Date }, limit: number) {
  return conn
    .select({ id })
    .from(inboundEvents)
    .innerJoin(accounts, eq(accounts.id, accountId))
    .where(and(isWaiting, gt(id, from), lte(createdAt, before)))
    .orderBy(asc(id))
    .limit(limit)
}

/** The post that these comments stand under turned out to be somebody else's. What is locked stays locked. */
export async function makeMention(
  tx: Transaction,
  conversation: Conversation,
  { messageId, attachments }: { messageId: MessageId; attachments: Attachment[] },
  at: Date,
): Promise<void> {
  const another = sql`version + 1`
  const { id: conversationId, accountId, contactId, threadRef } = conversation
  if (
    conversation.kind !== 'mention' &&
    !(await findThread(tx, { accountId, contactId, threadRef, kind: 'mention' }))
  ) {
    await tx
      .update(conversations)
      .set({ kind: 'mention', windowExpiresAt: null, deadlineAt: NO_DEADLINE, updatedAt: at, version: another })
      .where(eq(conversations.id, conversationId))
  }
  await tx
    .update(messages)
    .set({ form: 'comment_mention', version: another })
    .where(
      and(eq(messages.conversationId, conversationId), eq(messages.form, 'comment'), eq(messages.direction, 'inbound')),
    )
  if (attachments.length > 0)
    await tx.update(messages).set({ attachments, version: another }).where(eq(messages.id, messageId))
}
