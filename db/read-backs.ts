import { and, asc, eq, inArray, isNotNull, isNull, lte, ne, notExists, or, sql } from 'drizzle-orm'
import { type ConversationId, newId, type PostId } from '#src/domain/ids.ts'
import type { Conn, Transaction } from './client.ts'
import { accounts } from './schema/accounts.ts'
import { contacts } from './schema/contacts.ts'
import { conversations } from './schema/conversations.ts'
import { deliveryAttempts } from './schema/delivery-attempts.ts'
import { messages } from './schema/messages.ts'
import { outboxPosts } from './schema/outbox-posts.ts'
import type { Post } from './send-cases.ts'

/* A thread that was read for an uncertain post is a `read` among the post's attempts, with the fence of the doubt. */

const CODE = 'read_back'
const NOTE_MAX = 255

/** True of posts whose present doubt no look at the thread has answered yet. */
function isUnread(conn: Conn) {
  const { postId, endpointClass, fence } = deliveryAttempts
  const look = conn
    .select({ id: deliveryAttempts.id })
    .from(deliveryAttempts)
    .where(and(eq(postId, outboxPosts.id), eq(endpointClass, 'read'), eq(fence, outboxPosts.fence)))
  return notExists(look)
}

/** Uncertain since before `before`, not looked at yet, of accounts whose token may read. */
export function listUnread(conn: Conn, before: Date, limit: number) {
  return conn
    .select({ id: outboxPosts.id })
    .from(outboxPosts)
    .innerJoin(accounts, eq(accounts.id, outboxPosts.accountId))
    .where(
      and(
        eq(outboxPosts.status, 'uncertain'),
        lte(outboxPosts.updatedAt, before),
        inArray(accounts.credentialStatus, ['valid', 'expiring']),
        isUnread(conn),
      ),
    )
    .orderBy(asc(outboxPosts.updatedAt), asc(outboxPosts.id))
    .limit(limit)
}

/** An uncertain post that nobody has looked at, with its account; undefined when there is nothing to find out. */
export async function findUnread(conn: Conn, id: PostId) {
  const [row] = await conn
    .select({
      post: outboxPosts,
      account: accounts,
      contact: { contactRef: contacts.contactRef, directRef: contacts.directRef },
      windowExpiresAt: conversations.windowExpiresAt,
    })
    .from(outboxPosts)
    .innerJoin(accounts, eq(accounts.id, outboxPosts.accountId))
    .innerJoin(conversations, eq(conversations.id, outboxPosts.conversationId))
    .innerJoin(contacts, eq(contacts.id, conversations.contactId))
    .where(and(eq(outboxPosts.id, id), eq(outboxPosts.status, 'uncertain'), isUnread(conn)))
  return row
}

/** When the calls were made of which nobody knows whether they arrived, the first one first. */
export async function listDoubtfulCalls(conn: Conn, id: PostId): Promise<Date[]> {
  const { postId, endpointClass, outcome, fence, createdAt } = deliveryAttempts
  const calls = await conn
    .select({ createdAt })
    .from(deliveryAttempts)
    .where(and(eq(postId, id), eq(endpointClass, 'send'), or(isNull(outcome), eq(outcome, 'uncertain'))))
    .orderBy(asc(fence))
  return calls.map((call) => call.createdAt)
}

/** Takes the look at a post: of all who read the row as it was, one. */
export async function claimLook(tx: Transaction, { id, version }: Pick<Post, 'id' | 'version'>): Promise<boolean> {
  const [{ affectedRows }] = await tx
    .update(outboxPosts)
    .set({ version: sql`version + 1` })
    .where(and(eq(outboxPosts.id, id), eq(outboxPosts.version, version), eq(outboxPosts.status, 'uncertain')))
  return affectedRows === 1
}

/** Those of `refs` that belong to other posts of the account. */
export async function listClaimed(conn: Conn, { id, accountId }: Post, refs: string[]): Promise<Set<string>> {
  if (refs.length === 0) return new Set()
  const named = await conn
    .select({ ref: outboxPosts.messageRef })
    .from(outboxPosts)
    .where(and(eq(outboxPosts.accountId, accountId), inArray(outboxPosts.messageRef, refs), ne(outboxPosts.id, id)))
  const linked = await conn
    .select({ ref: messages.messageRef })
    .from(messages)
    .where(
      and(
        eq(messages.accountId, accountId),
        inArray(messages.messageRef, refs),
        isNotNull(messages.postId),
        ne(messages.postId, id),
      ),
    )
  return new Set([...named, ...linked].flatMap(({ ref }) => ref ?? []))
}

/** Whether a call to the conversation is under way, whose message may already stand in the thread without a name. */
export async function isSending(conn: Conn, id: ConversationId): Promise<boolean> {
  const [post] = await conn
    .select({ id: outboxPosts.id })
    .from(outboxPosts)
    .where(and(eq(outboxPosts.conversationId, id), eq(outboxPosts.status, 'sending')))
    .limit(1)
  return post !== undefined
}

interface Look {
  outcome: 'sent' | 'uncertain'
  note: string
  startedAt: Date
  at: Date
}

/** Writes the look down, for the operator and so that it is not repeated. */
export async function recordLook(tx: Transaction, post: Post, { outcome, note, startedAt, at }: Look): Promise<void> {
  await tx.insert(deliveryAttempts).values({
    id: newId('attempt', at),
    postId: post.id,
    accountId: post.accountId,
    endpointClass: 'read',
    fence: post.fence,
    outcome,
    code: CODE,
    note: note.slice(0, NOTE_MAX),
    finishedAt: at,
    createdAt: startedAt,
  })
}
