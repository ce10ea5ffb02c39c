import { and, asc, eq, gt, inArray, isNotNull, isNull, lte, or, sql } from 'drizzle-orm'
import type { ConversationId, PostId } from '#src/domain/ids.ts'
import type { Conn, Transaction } from './client.ts'
import { accounts } from './schema/accounts.ts'
import { conversations } from './schema/conversations.ts'
import { drafts } from './schema/drafts.ts'
import { outboxPosts } from './schema/outbox-posts.ts'
import { switches } from './schema/switches.ts'
import { webhookDeliveries } from './schema/webhook-deliveries.ts'

/* What a crash or a wiped Redis left without a job. Each list is short and oldest first: the next sweep takes the rest. */

/** Deliveries that were accepted before `before` and not received since. */
export function listStoredDeliveries(conn: Conn, before: Date, limit: number) {
  return conn
    .select({ id: webhookDeliveries.id })
    .from(webhookDeliveries)
    .where(and(eq(webhookDeliveries.status, 'stored'), lte(webhookDeliveries.createdAt, before)))
    .orderBy(asc(webhookDeliveries.id))
    .limit(limit)
}

/** Conversations whose draft was due before `before` and is not being written now. */
export function listOverdueConversations(conn: Conn, { before, at }: { before: Date; at: Date }, limit: number) {
  const { attention, draftDueAt, draftLeaseUntil, id } = conversations
  return conn
    .select({ id })
    .from(conversations)
    .where(
      and(eq(attention, 'waiting'), lte(draftDueAt, before), or(isNull(draftLeaseUntil), lte(draftLeaseUntil, at))),
    )
    .orderBy(asc(draftDueAt))
    .limit(limit)
}

/** What the waiting line of an account has to know of a post. */
export const waiting = {
  id: outboxPosts.id,
  platform: outboxPosts.platform,
  accountId: outboxPosts.accountId,
  conversationId: outboxPosts.conversationId,
  windowExpiresAt: conversations.windowExpiresAt,
  notBefore: outboxPosts.notBefore,
}

/**
 * Queued posts that were due before `before` and that nothing holds back: neither a stop nor a dead token. A page by id:
 * many may be waiting for their turn, and the one that was forgotten may be behind all of them.
 */
export function listDuePosts(
  conn: Conn,
  { before, at, after }: { before: Date; at: Date; after: PostId | undefined },
  limit: number,
) {
  return conn
    .select(waiting)
    .from(outboxPosts)
    .innerJoin(accounts, eq(accounts.id, outboxPosts.accountId))
    .innerJoin(conversations, eq(conversations.id, outboxPosts.conversationId))
    .leftJoin(switches, eq(switches.name, 'sending'))
    .where(
      and(
        eq(outboxPosts.status, 'queued'),
        after && gt(outboxPosts.id, after),
        lte(outboxPosts.notBefore, before),
        or(isNull(outboxPosts.waitUntil), lte(outboxPosts.waitUntil, before)),
        isNull(accounts.stoppedAt),
        inArray(accounts.credentialStatus, ['valid', 'expiring']),
        sql`${accounts.tokenExpiresAt} > ${at}`,
        isNull(switches.stoppedAt),
      ),
    )
    .orderBy(asc(outboxPosts.id))
    .limit(limit)
}

/** Posts whose sender's lease has run out. */
export function listLostPosts(conn: Conn, at: Date, limit: number) {
  return conn
    .select({ post: outboxPosts, account: accounts })
    .from(outboxPosts)
    .innerJoin(accounts, eq(accounts.id, outboxPosts.accountId))
    .where(and(eq(outboxPosts.status, 'sending'), lte(outboxPosts.leaseUntil, at)))
    .orderBy(asc(outboxPosts.updatedAt), asc(outboxPosts.id))
    .limit(limit)
}

/** Conversations in review whose reply window has closed. */
export function listClosedReviews(conn: Conn, at: Date, limit: number) {
  return conn
    .select({ id: conversations.id })
    .from(conversations)
    .where(
      and(
        eq(conversations.attention, 'review'),
        lte(conversations.deadlineAt, at),
        isNotNull(conversations.windowExpiresAt),
        lte(conversations.windowExpiresAt, at),
      ),
    )
    .orderBy(asc(conversations.deadlineAt), asc(conversations.id))
    .limit(limit)
}

/** The waiting draft has run out of time: neither approved nor rejected. False when it was decided meanwhile. */
export async function expireDraft(tx: Transaction, id: ConversationId, at: Date): Promise<boolean> {
  const [{ affectedRows }] = await tx
    .update(drafts)
    .set({ status: 'expired', waitingFor: null, updatedAt: at, version: sql`version + 1` })
    .where(and(eq(drafts.waitingFor, id), inArray(drafts.status, ['pending_review', 'needs_second'])))
  return affectedRows === 1
}
