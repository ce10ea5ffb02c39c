/* Posts that arrived, written down many at a time: the same as `settlePost`, `finishAttempt` and `recordSent` write for one. */
import { and, asc, eq, sql } from 'drizzle-orm'
import { type ConversationId, type MessageId, newId } from '#src/domain/ids.ts'
import { isReply } from '#src/domain/outbox.ts'
import { type Claim, lockHeld } from './claims.ts'
import type { Transaction } from './client.ts'
import { keepDirectRef, markComment } from './comments.ts'
import { anyOf, byRow, insertAll, isOneOf, writtenOver } from './many.ts'
import { formOf } from './outbox.ts'
import { conversations } from './schema/conversations.ts'
import { deliveryAttempts } from './schema/delivery-attempts.ts'
import { messages } from './schema/messages.ts'
import { outboxPosts } from './schema/outbox-posts.ts'
import type { Post } from './send-cases.ts'

export interface ArrivedCall {
  /** As it was claimed: these are the words that went out. */
  post: Post
  claim: Claim
  messageRef: string
  /** Whom a private reply reached. */
  recipientRef?: string
}

const another = sql`version + 1`

/** Settles calls that arrived; answers those whose claim still held, the others are left alone. */
export async function settleArrived<T extends ArrivedCall>(
  tx: Transaction,
  calls: readonly T[],
  at: Date,
): Promise<T[]> {
  const heads = await lockHeads(tx, calls)
  const fences = await lockHeld(
    tx,
    calls.map(({ claim }) => claim),
  )
  const held = calls.filter(({ claim }) => fences.get(claim.postId) === claim.fence)
  if (held.length === 0) return []
  await tx
    .update(deliveryAttempts)
    .set({ outcome: 'sent', code: null, note: null, finishedAt: at })
    .where(
      isOneOf(
        deliveryAttempts.id,
        held.map(({ claim }) => claim.attemptId),
      ),
    )
  await settlePosts(tx, held, at)
  const replies = held.filter(({ post }) => isReply(post.kind))
  if (replies.length > 0) {
    await recordMessages(tx, replies, at)
    await moveHeads(tx, replies, heads, at)
  }
  for (const { post, recipientRef } of held) {
    await markComment(tx, post, at)
    if (recipientRef !== undefined) await keepDirectRef(tx, post, recipientRef)
  }
  return held
}

type Heads = Map<ConversationId, { headAt: Date | null; headMessageId: MessageId | null }>

/** Locks the conversations first, as everyone who writes to one does; in one order, so that two groups cannot block each other. */
async function lockHeads(tx: Transaction, calls: readonly ArrivedCall[]): Promise<Heads> {
  const { id, headAt, headMessageId } = conversations
  const rows = await tx
    .select({ id, headAt, headMessageId })
    .from(conversations)
    .where(
      isOneOf(
        id,
        calls.map(({ post }) => post.conversationId),
      ),
    )
    .orderBy(asc(id))
    .for('update')
  return new Map(rows.map((row) => [row.id, row]))
}

async function settlePosts(tx: Transaction, calls: readonly ArrivedCall[], at: Date): Promise<void> {
  const refs = calls.map(({ claim, messageRef }) => [claim.postId, messageRef] as const)
  await tx
    .update(outboxPosts)
    .set({
      status: 'sent',
      messageRef: byRow(outboxPosts.id, refs),
      waitUntil: null,
      leaseUntil: null,
      outcomeCode: null,
      outcomeNote: null,
      sentAt: at,
      updatedAt: at,
      version: another,
    })
    .where(
      isOneOf(
        outboxPosts.id,
        calls.map(({ claim }) => claim.postId),
      ),
    )
}

/** Our words in the threads, unless an echo put them there; then they are only marked as ours. */
async function recordMessages(tx: Transaction, calls: readonly ArrivedCall[], at: Date): Promise<void> {
  const rows = calls.map(({ post, messageRef }) => ({
    id: newId('message', at),
    accountId: post.accountId,
    conversationId: post.conversationId,
    messageRef,
    text: post.text,
    postId: post.id,
    sentAt: at,
    createdAt: at,
    direction: 'outbound' as const,
    origin: 'countersign' as const,
    form: formOf(post),
    attachments: [],
  }))
  await insertAll(
    tx,
    messages,
    rows,
    sql`on duplicate key update ${writtenOver(['origin', 'postId'])}, version = ${another}`,
  )
}

async function moveHeads(tx: Transaction, calls: readonly ArrivedCall[], heads: Heads, at: Date): Promise<void> {
  const { id, sentAt, conversationId, accountId, messageRef } = messages
  const stored = await tx
    .select({ id, sentAt, conversationId })
    .from(messages)
    .where(
      anyOf(
        calls,
        ({ post }) => post.accountId,
        (account, own) =>
          and(
            eq(accountId, account),
            isOneOf(
              messageRef,
              own.map((call) => call.messageRef),
            ),
          ),
      ),
    )
    .orderBy(asc(sentAt), asc(id))
  const newer = new Map(
    stored
      .filter((message) => isNewer(message, heads.get(message.conversationId)))
      .map((message) => [message.conversationId, message]),
  )
  if (newer.size === 0) return
  await tx
    .update(conversations)
    .set({
      headMessageId: byRow(
        conversations.id,
        [...newer].map(([conversation, message]) => [conversation, message.id] as const),
      ),
      headAt: byRow(
        conversations.id,
        [...newer].map(([conversation, message]) => [conversation, message.sentAt] as const),
      ),
      updatedAt: at,
      version: another,
    })
    .where(isOneOf(conversations.id, [...newer.keys()]))
}

function isNewer(
  { id, sentAt }: { id: MessageId; sentAt: Date },
  head: { headAt: Date | null; headMessageId: MessageId | null } | undefined,
): boolean {
  if (!head?.headAt || !head.headMessageId) return true
  const ms = sentAt.getTime() - head.headAt.getTime()
  return ms > 0 || (ms === 0 && id > head.headMessageId)
}
