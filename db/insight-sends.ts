import { and, eq, gte, sql } from 'drizzle-orm'
import type { Conn } from './client.ts'
import { type Counted, type DayPart, startOf, utcDay } from './insight-counts.ts'
import { isOneOf } from './many.ts'
import { deliveryAttempts } from './schema/delivery-attempts.ts'
import { outboxPosts } from './schema/outbox-posts.ts'

/** Replies that were sent, by the day they were approved on. */
export async function countSent(conn: Conn, counted: Counted) {
  const start = await startOf(conn, 'post', counted)
  const { accountId, createdAt, id, status } = outboxPosts
  const day = utcDay(createdAt)
  const days: DayPart[] = await conn
    .select({ accountId, day, sent: sql<number>`count(*)`.mapWith(Number) })
    .from(outboxPosts)
    .where(and(sql`${id} >= ${start.id}`, isOneOf(accountId, counted.accountIds), eq(status, 'sent')))
    .groupBy(accountId, day)
  return { days, countedFrom: start.at }
}

/** Of each account: the most calls within an hour of the clock, of all that send, and of private replies. */
export async function readPeaks(conn: Conn, { accountIds, since }: Counted) {
  const { accountId, createdAt, endpointClass, postId } = deliveryAttempts
  const hour = sql<string>`date_format(${createdAt}, '%Y-%m-%d %H')`
  const hours = conn
    .select({
      accountId,
      hour: hour.as('hour'),
      sends: sql<number>`count(*)`.as('sends'),
      privates: sql<number>`sum(case when ${outboxPosts.kind} = 'private_reply' then 1 else 0 end)`.as('privates'),
    })
    .from(deliveryAttempts)
    .innerJoin(outboxPosts, eq(outboxPosts.id, postId))
    .where(and(isOneOf(accountId, accountIds), gte(createdAt, since), eq(endpointClass, 'send')))
    .groupBy(accountId, hour)
    .as('hours')
  return conn
    .select({
      accountId: hours.accountId,
      peakSends: sql<number>`max(${hours.sends})`.mapWith(Number),
      peakPrivate: sql<number>`max(${hours.privates})`.mapWith(Number),
    })
    .from(hours)
    .groupBy(hours.accountId)
}
