import { and, eq, gte, isNull, lt, or, sql } from 'drizzle-orm'
import { type ConversationId, type MessageId, newId } from '#src/domain/ids.ts'
import { isReply, type Outcome, type PostStatus } from '#src/domain/outbox.ts'
import { type Hold, held } from './claims.ts'
import type { Transaction } from './client.ts'
import { markComment } from './comments.ts'
import { conversations } from './schema/conversations.ts'
import { deliveryAttempts } from './schema/delivery-attempts.ts'
import { messages } from './schema/messages.ts'
import { outboxPosts } from './schema/outbox-posts.ts'
import type { Post } from './send-cases.ts'

const CODE_MAX = 32
const NOTE_MAX = 255
const another = sql`version + 1`

export interface Settlement {
  status: PostStatus
  at: Date
  waitUntil?: Date | undefined
  messageRef?: string | undefined
  code?: string | undefined
  note?: string | undefined
}

/** Ends a claim; false when it was lost before. */
export async function settlePost(tx: Transaction, claim: Hold, settlement: Settlement): Promise<boolean> {
  const [{ affectedRows }] = await tx.update(outboxPosts).set(columnsOf(settlement)).where(held(claim))
  return affectedRows === 1
}

/** Writes down what an attempt came to. */
export async function finishAttempt(
  tx: Transaction,
  { postId, fence }: Hold,
  outcome: Outcome,
  at: Date,
): Promise<void> {
  const code = 'code' in outcome ? outcome.code.slice(0, CODE_MAX) : null
  const note = 'note' in outcome ? outcome.note.slice(0, NOTE_MAX) : null
  await tx
    .update(deliveryAttempts)
    .set({ outcome: outcome.kind, code, note, finishedAt: at })
    .where(and(eq(deliveryAttempts.postId, postId), eq(deliveryAttempts.fence, fence)))
}

/** Ends a post that rests in `status`; false when it has moved on. */
export async function endPost(
  tx: Transaction,
  { id, version, status }: Pick<Post, 'id' | 'version' | 'status'>,
  settlement: Settlement,
): Promise<boolean> {
  const [{ affectedRows }] = await tx
    .update(outboxPosts)
    .set(columnsOf(settlement))
    .where(and(eq(outboxPosts.id, id), eq(outboxPosts.status, status), eq(outboxPosts.version, version)))
  return affectedRows === 1
}

/** Locks the conversation's row, as everyone who writes to a conversation does first. */
export async function lockConversation(tx: Transaction, id: ConversationId) {
  const { attention, windowExpiresAt } = conversations
  const [row] = await tx
    .select({ attention, windowExpiresAt })
    .from(conversations)
    .where(eq(conversations.id, id))
    .for('update')
  return row
}

/** Our words in the thread, unless the echo put them there; then they are only marked as ours. */
export async function recordSent(tx: Transaction, post: Post, messageRef: string, at: Date): Promise<void> {
  if (!isReply(post.kind)) return markComment(tx, post, at)
  const { accountId, conversationId, text, id: postId } = post
  const row = {
    id: newId('message', at),
    accountId,
    conversationId,
    messageRef,
    text,
    postId,
    sentAt: at,
    createdAt: at,
  }
  await tx
    .insert(messages)
    .values({ ...row, direction: 'outbound', origin: 'countersign', form: formOf(post), attachments: [] })
    .onDuplicateKeyUpdate({ set: { origin: 'countersign', postId, version: another } })
  const [stored] = await tx
    .select({ id: messages.id, sentAt: messages.sentAt })
    .from(messages)
    .where(and(eq(messages.accountId, accountId), eq(messages.messageRef, messageRef)))
  if (stored) await moveHead(tx, conversationId, stored, at)
}

export function formOf({ kind }: Post): 'comment' | 'text' {
  return kind === 'public_reply' || kind === 'mention_reply' ? 'comment' : 'text'
}

/** The one message in the thread that says the same, came after the approval, and belongs to no post. */
export async function findUnclaimedEcho(tx: Transaction, post: Post): Promise<string | undefined> {
  const found = await tx
    .select({ messageRef: messages.messageRef, text: messages.text })
    .from(messages)
    .where(
      and(
        eq(messages.conversationId, post.conversationId),
        eq(messages.direction, 'outbound'),
        isNull(messages.postId),
        gte(messages.sentAt, post.notBefore),
      ),
    )
  const same = found.filter(({ text }) => text === post.text)
  return same.length === 1 ? same[0]?.messageRef : undefined
}

async function moveHead(
  tx: Transaction,
  id: ConversationId,
  head: { id: MessageId; sentAt: Date },
  at: Date,
): Promise<void> {
  const { headAt, headMessageId } = conversations
  await tx
    .update(conversations)
    .set({ headMessageId: head.id, headAt: head.sentAt, updatedAt: at, version: another })
    .where(
      and(
        eq(conversations.id, id),
        or(isNull(headAt), lt(headAt, head.sentAt), and(eq(headAt, head.sentAt), lt(headMessageId, head.id))),
      ),
    )
}

function columnsOf({ status, at, waitUntil, messageRef, code, note }: Settlement) {
  return {
    status,
    waitUntil: waitUntil ?? null,
    leaseUntil: null,
    outcomeCode: code?.slice(0, CODE_MAX) ?? null,
    outcomeNote: note?.slice(0, NOTE_MAX) ?? null,
    sentAt: status === 'sent' ? at : null,
    ...(messageRef === undefined ? {} : { messageRef }),
    updatedAt: at,
    version: another,
  }
}
