import { and, eq, gte, isNull, lt, lte, or, sql } from 'drizzle-orm'
import { type ConversationId, type MessageId, newId, type PostId } from '#src/domain/ids.ts'
import type { Outcome, PostStatus } from '#src/domain/outbox.ts'
import type { Conn, Transaction } from './client.ts'
import { conversations } from './schema/conversations.ts'
import { deliveryAttempts } from './schema/delivery-attempts.ts'
import { messages } from './schema/messages.ts'
import { outboxPosts } from './schema/outbox-posts.ts'
import type { Post } from './send-cases.ts'

/** A worker's hold on a post. Every later write names the fence; a worker that lost its hold writes nothing. */
export interface Claim {
  postId: PostId
  fence: number
  leaseUntil: Date
}

const CODE_MAX = 32
const NOTE_MAX = 255
const another = sql`version + 1`

/**
 * Takes the post as it was read: any change since, by whomever, makes the version differ and the claim fail. The
 * attempt is on record before the platform is called.
 */
export async function claimPost(tx: Transaction, post: Post, at: Date, leaseUntil: Date): Promise<Claim | undefined> {
  const { id, version, accountId } = post
  const fence = post.fence + 1
  const [{ affectedRows }] = await tx
    .update(outboxPosts)
    .set({ status: 'sending', fence, leaseUntil, attempts: post.attempts + 1, updatedAt: at, version: another })
    .where(
      and(
        eq(outboxPosts.id, id),
        eq(outboxPosts.status, 'queued'),
        eq(outboxPosts.version, version),
        lte(outboxPosts.notBefore, at),
        or(isNull(outboxPosts.waitUntil), lte(outboxPosts.waitUntil, at)),
      ),
    )
  if (affectedRows === 0) return undefined
  const attempt = {
    id: newId('attempt', at),
    postId: id,
    accountId,
    endpointClass: 'send' as const,
    fence,
    createdAt: at,
  }
  await tx.insert(deliveryAttempts).values(attempt)
  return { postId: id, fence, leaseUntil }
}

/** Gives a claimed post back without a call, as if it had not been claimed. */
export async function releasePost(tx: Transaction, { postId, fence }: Claim, waitUntil: Date, at: Date): Promise<void> {
  const [{ affectedRows }] = await tx
    .update(outboxPosts)
    .set({
      status: 'queued',
      waitUntil,
      leaseUntil: null,
      attempts: sql`attempts - 1`,
      updatedAt: at,
      version: another,
    })
    .where(held({ postId, fence }))
  if (affectedRows === 0) return
  await tx.delete(deliveryAttempts).where(and(eq(deliveryAttempts.postId, postId), eq(deliveryAttempts.fence, fence)))
}

/** The claimed post, locked; undefined when the claim is no longer the present one. */
export async function lockClaimed(tx: Transaction, claim: Pick<Claim, 'postId' | 'fence'>): Promise<Post | undefined> {
  const [post] = await tx.select().from(outboxPosts).where(held(claim)).for('update')
  return post
}

export interface Settlement {
  status: PostStatus
  at: Date
  waitUntil?: Date | undefined
  messageRef?: string | undefined
  code?: string | undefined
  note?: string | undefined
}

/** Ends a claim; false when it was lost before. */
export async function settlePost(
  tx: Transaction,
  claim: Pick<Claim, 'postId' | 'fence'>,
  settlement: Settlement,
): Promise<boolean> {
  const [{ affectedRows }] = await tx.update(outboxPosts).set(columnsOf(settlement)).where(held(claim))
  return affectedRows === 1
}

/** Writes down what an attempt came to. */
export async function finishAttempt(
  tx: Transaction,
  { postId, fence }: Pick<Claim, 'postId' | 'fence'>,
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

/** A queued post waits until then; changes nothing when it has moved on. */
export async function deferPost(conn: Conn, { id, version }: Pick<Post, 'id' | 'version'>, waitUntil: Date, at: Date) {
  await conn
    .update(outboxPosts)
    .set({ waitUntil, updatedAt: at, version: another })
    .where(and(eq(outboxPosts.id, id), eq(outboxPosts.status, 'queued'), eq(outboxPosts.version, version)))
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
    .values({ ...row, direction: 'outbound', origin: 'countersign', form: 'text', attachments: [] })
    .onDuplicateKeyUpdate({ set: { origin: 'countersign', postId, version: another } })
  const [stored] = await tx
    .select({ id: messages.id, sentAt: messages.sentAt })
    .from(messages)
    .where(and(eq(messages.accountId, accountId), eq(messages.messageRef, messageRef)))
  if (stored) await moveHead(tx, conversationId, stored, at)
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

function held({ postId, fence }: Pick<Claim, 'postId' | 'fence'>) {
  return and(eq(outboxPosts.id, postId), eq(outboxPosts.status, 'sending'), eq(outboxPosts.fence, fence))
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
