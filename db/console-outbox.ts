import { and, asc, desc, eq, gte, inArray, isNull, lt, lte, or, sql } from 'drizzle-orm'
import { unionAll } from 'drizzle-orm/mysql-core'
import type { Reach } from '#src/domain/identity.ts'
import type { ConversationId, PostId } from '#src/domain/ids.ts'
import type { PostStatus } from '#src/domain/outbox.ts'
import type { Conn } from './client.ts'
import { type Place, pageOf } from './console-list.ts'
import { within } from './reach.ts'
import { accounts } from './schema/accounts.ts'
import { contacts } from './schema/contacts.ts'
import { conversations } from './schema/conversations.ts'
import { deliveryAttempts } from './schema/delivery-attempts.ts'
import { messages } from './schema/messages.ts'
import { operators } from './schema/operators.ts'
import { outboxPosts } from './schema/outbox-posts.ts'
import { reviewDecisions } from './schema/review-decisions.ts'

const POSTS_PER_THREAD = 50
const CANDIDATES = 5

interface Slice {
  before: Place | undefined
  limit: number
  reach: Reach
}

/** Posts of one status, the latest change first. */
export async function listPosts(conn: Conn, status: PostStatus, { before, limit, reach }: Slice) {
  const rows = await selectPosts(conn)
    .where(and(eq(outboxPosts.status, status), within(outboxPosts.accountId, reach), before && changedBefore(before)))
    .orderBy(desc(outboxPosts.updatedAt), desc(outboxPosts.id))
    .limit(limit + 1)
  return pageOf(rows.slice(0, limit), rows.length > limit, ({ updatedAt, id }) => ({ at: updatedAt, id }))
}

function changedBefore({ at, id }: Place) {
  return and(lte(outboxPosts.updatedAt, at), or(lt(outboxPosts.updatedAt, at), lt(outboxPosts.id, id as PostId)))
}

/** What is on its way, in the order it leaves. */
export async function listMovingPosts(conn: Conn, { limit, reach }: Omit<Slice, 'before'>) {
  const ofStatus = (status: PostStatus) =>
    conn
      .select({ id: outboxPosts.id })
      .from(outboxPosts)
      .where(and(eq(outboxPosts.status, status), within(outboxPosts.accountId, reach)))
      .orderBy(asc(outboxPosts.updatedAt), asc(outboxPosts.id))
      .limit(limit)
  const found = await unionAll(ofStatus('sending'), ofStatus('queued'))
  const ids = found.slice(0, limit).map(({ id }) => id)
  if (ids.length === 0) return { items: [], next: null }
  const items = await selectPosts(conn)
    .where(inArray(outboxPosts.id, ids))
    .orderBy(asc(outboxPosts.notBefore), asc(outboxPosts.id))
  return { items, next: null }
}

/** The latest posts of a conversation, oldest first. */
export async function listPostsOf(conn: Conn, conversationId: ConversationId) {
  const rows = await selectPosts(conn)
    .where(eq(outboxPosts.conversationId, conversationId))
    .orderBy(desc(outboxPosts.id))
    .limit(POSTS_PER_THREAD)
  return rows.reverse()
}

export async function findPostView(conn: Conn, id: PostId, reach: Reach) {
  const [row] = await selectPosts(conn).where(and(eq(outboxPosts.id, id), within(outboxPosts.accountId, reach)))
  return row
}

function selectPosts(conn: Conn) {
  return conn
    .select({
      id: outboxPosts.id,
      conversationId: outboxPosts.conversationId,
      accountId: outboxPosts.accountId,
      platform: outboxPosts.platform,
      kind: outboxPosts.kind,
      text: outboxPosts.text,
      status: outboxPosts.status,
      notBefore: outboxPosts.notBefore,
      waitUntil: outboxPosts.waitUntil,
      attempts: outboxPosts.attempts,
      outcomeCode: outboxPosts.outcomeCode,
      outcomeNote: outboxPosts.outcomeNote,
      messageRef: outboxPosts.messageRef,
      sentAt: outboxPosts.sentAt,
      createdAt: outboxPosts.createdAt,
      updatedAt: outboxPosts.updatedAt,
      approvedBy: operators.name,
      edited: reviewDecisions.edited,
      accountName: accounts.name,
      accountStoppedAt: accounts.stoppedAt,
      contactName: contacts.name,
      contactUsername: contacts.username,
    })
    .from(outboxPosts)
    .innerJoin(accounts, eq(accounts.id, outboxPosts.accountId))
    .innerJoin(conversations, eq(conversations.id, outboxPosts.conversationId))
    .innerJoin(contacts, eq(contacts.id, conversations.contactId))
    .leftJoin(reviewDecisions, eq(reviewDecisions.id, outboxPosts.decisionId))
    .leftJoin(operators, eq(operators.id, reviewDecisions.operatorId))
}

/** What is known about uncertain posts: each call, and what appeared in the thread since the first one. */
export async function listEvidence(conn: Conn, asked: PostId[], reach: Reach) {
  const ids = reach === 'all' ? asked : await idsWithin(conn, asked, reach)
  if (ids.length === 0) return []
  const attempts = await conn
    .select({
      postId: deliveryAttempts.postId,
      outcome: deliveryAttempts.outcome,
      code: deliveryAttempts.code,
      note: deliveryAttempts.note,
      createdAt: deliveryAttempts.createdAt,
      finishedAt: deliveryAttempts.finishedAt,
    })
    .from(deliveryAttempts)
    .where(inArray(deliveryAttempts.postId, ids))
    .orderBy(asc(deliveryAttempts.postId), asc(deliveryAttempts.fence))
  const candidates = await conn
    .select({
      postId: outboxPosts.id,
      id: messages.id,
      text: messages.text,
      sentAt: messages.sentAt,
      origin: messages.origin,
    })
    .from(outboxPosts)
    .innerJoin(
      messages,
      and(
        eq(messages.conversationId, outboxPosts.conversationId),
        // A thread that was read back tells its times in whole seconds, by another clock.
        gte(messages.sentAt, sql`${outboxPosts.notBefore} - interval 10 second`),
      ),
    )
    .where(and(inArray(outboxPosts.id, ids), eq(messages.direction, 'outbound'), isNull(messages.postId)))
    .orderBy(asc(messages.sentAt))
    .limit(ids.length * CANDIDATES)
  return ids.map((postId) => ({
    postId,
    attempts: attempts.filter((attempt) => attempt.postId === postId),
    candidates: candidates.filter((candidate) => candidate.postId === postId),
  }))
}

async function idsWithin(conn: Conn, ids: PostId[], reach: Reach): Promise<PostId[]> {
  if (ids.length === 0) return []
  const mine = and(inArray(outboxPosts.id, ids), within(outboxPosts.accountId, reach))
  const rows = await conn.select({ id: outboxPosts.id }).from(outboxPosts).where(mine)
  return ids.filter((id) => rows.some((row) => row.id === id))
}
