import { and, asc, eq, gte } from 'drizzle-orm'
import type { Reach } from '#src/domain/identity.ts'
import type { PostStatus } from '#src/domain/outbox.ts'
import type { Conn } from './client.ts'
import { within } from './reach.ts'
import { outboxPosts } from './schema/outbox-posts.ts'
import { leases } from './schema/switches.ts'
import { webhookDeliveries } from './schema/webhook-deliveries.ts'

const DAY_MS = 86_400_000
/** Counting stops here, as elsewhere in the console. */
const COUNT_MAX = 100

/** Since when the oldest of each stage waits, how much failed within a day, and when each round was last at work. */
export async function readStages(conn: Conn, reach: Reach, at: Date) {
  const [delivery] = await conn
    .select({ at: webhookDeliveries.createdAt })
    .from(webhookDeliveries)
    .where(eq(webhookDeliveries.status, 'stored'))
    .orderBy(asc(webhookDeliveries.id))
    .limit(1)
  const failed = await conn
    .select({ id: outboxPosts.id })
    .from(outboxPosts)
    .where(and(isPost('failed', reach), gte(outboxPosts.updatedAt, new Date(at.getTime() - DAY_MS))))
    .limit(COUNT_MAX)
  const rounds = await conn.select({ name: leases.name, until: leases.until }).from(leases)
  return {
    oldestDeliveryAt: delivery?.at ?? null,
    oldestQueuedAt: await findOldest(conn, 'queued', reach),
    oldestSendingAt: await findOldest(conn, 'sending', reach),
    oldestUncertainAt: await findOldest(conn, 'uncertain', reach),
    failedToday: failed.length,
    // A lease that is held is work that goes on.
    rounds: rounds.map(({ name, until }) => ({ name, at: until < at ? until : at })),
  }
}

function isPost(status: PostStatus, reach: Reach) {
  return and(eq(outboxPosts.status, status), within(outboxPosts.accountId, reach))
}

async function findOldest(conn: Conn, status: PostStatus, reach: Reach): Promise<Date | null> {
  const [row] = await conn
    .select({ at: outboxPosts.updatedAt })
    .from(outboxPosts)
    .where(isPost(status, reach))
    .orderBy(asc(outboxPosts.updatedAt))
    .limit(1)
  return row?.at ?? null
}
