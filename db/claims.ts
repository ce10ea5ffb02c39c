import { and, asc, eq, isNull, lte, or, sql } from 'drizzle-orm'
import { type AttemptId, newId, type PostId } from '#src/domain/ids.ts'
import type { Conn, Transaction } from './client.ts'
import { insertAll, isOneOf } from './many.ts'
import { deliveryAttempts } from './schema/delivery-attempts.ts'
import { outboxPosts } from './schema/outbox-posts.ts'
import type { Post } from './send-cases.ts'

/** A worker's hold on a post. Every later write names the fence; a worker that lost its hold writes nothing. */
export interface Claim {
  postId: PostId
  fence: number
  attemptId: AttemptId
  leaseUntil: Date
}
/** What names the present hold, whoever has it. */
export type Hold = Pick<Claim, 'postId' | 'fence'>

const another = sql`version + 1`

/**
 * Takes posts as they were read, in their order: any change since, by whomever, makes the version differ and the claim
 * undefined. The attempts are on record before the platform is called.
 */
export async function claimPosts(
  tx: Transaction,
  posts: readonly Post[],
  { at, leaseUntil }: { at: Date; leaseUntil: Date },
): Promise<(Claim | undefined)[]> {
  const free = await lockFree(tx, posts, at)
  const claims = posts.map(({ id: postId, version, fence }) => {
    if (free.get(postId) !== version) return undefined
    // Asked for twice at once, it is given once.
    free.delete(postId)
    return { postId, fence: fence + 1, attemptId: newId('attempt', at), leaseUntil }
  })
  const made = claims.filter((claim) => claim !== undefined)
  if (made.length > 0) await write(tx, posts, made, at)
  return claims
}

/** Versions of those that may be claimed, locked until the commit. */
async function lockFree(tx: Transaction, posts: readonly Post[], at: Date): Promise<Map<PostId, number>> {
  const { id, version, status, notBefore, waitUntil } = outboxPosts
  const ids = posts.map((post) => post.id)
  const isDue = and(lte(notBefore, at), or(isNull(waitUntil), lte(waitUntil, at)))
  const rows = await tx
    .select({ id, version })
    .from(outboxPosts)
    .where(and(isOneOf(id, ids), eq(status, 'queued'), isDue))
    .orderBy(asc(id))
    .for('update')
  return new Map(rows.map((row) => [row.id, row.version]))
}

async function write(tx: Transaction, posts: readonly Post[], claims: readonly Claim[], at: Date): Promise<void> {
  const accountOf = new Map(posts.map(({ id, accountId }) => [id, accountId]))
  const leaseUntil = claims[0]?.leaseUntil ?? at
  const ids = claims.map(({ postId }) => postId)
  const [fence, attempts] = [sql`fence + 1`, sql`attempts + 1`]
  await tx
    .update(outboxPosts)
    .set({ status: 'sending', fence, leaseUntil, attempts, updatedAt: at, version: another })
    .where(isOneOf(outboxPosts.id, ids))
  const rows = claims.flatMap(({ attemptId: id, postId, fence }) => {
    const accountId = accountOf.get(postId)
    return accountId ? [{ id, postId, accountId, endpointClass: 'send' as const, fence, createdAt: at }] : []
  })
  await insertAll(tx, deliveryAttempts, rows)
}

/** Gives a claimed post back without a call, as if it had not been claimed. */
export async function releasePost(tx: Transaction, { postId, fence }: Hold, at: Date): Promise<void> {
  const [{ affectedRows }] = await tx
    .update(outboxPosts)
    .set({ status: 'queued', leaseUntil: null, attempts: sql`attempts - 1`, updatedAt: at, version: another })
    .where(held({ postId, fence }))
  if (affectedRows === 0) return
  await tx.delete(deliveryAttempts).where(and(eq(deliveryAttempts.postId, postId), eq(deliveryAttempts.fence, fence)))
}

/** The claimed post, locked; undefined when the claim is no longer the present one. */
export async function lockClaimed(tx: Transaction, hold: Hold): Promise<Post | undefined> {
  const [post] = await tx.select().from(outboxPosts).where(held(hold)).for('update')
  return post
}

/** Those of the holds that are still the present ones, locked until the commit. */
export async function lockHeld(conn: Conn, holds: readonly Hold[]): Promise<Map<PostId, number>> {
  const { id, fence, status } = outboxPosts
  const ids = holds.map(({ postId }) => postId)
  const rows = await conn
    .select({ id, fence })
    .from(outboxPosts)
    .where(and(isOneOf(id, ids), eq(status, 'sending')))
    .orderBy(asc(id))
    .for('update')
  return new Map(rows.map((row) => [row.id, row.fence]))
}

export function held({ postId, fence }: Hold) {
  return and(eq(outboxPosts.id, postId), eq(outboxPosts.status, 'sending'), eq(outboxPosts.fence, fence))
}
