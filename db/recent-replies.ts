import { and, count, eq, gt, inArray, lte, ne, type SQLWrapper, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/mysql-core'
import type { ConversationId } from '#src/domain/ids.ts'
import { isReply, type PostKind, postKinds, standingStatuses } from '#src/domain/outbox.ts'
import type { Conn } from './client.ts'
import { deliveryAttempts } from './schema/delivery-attempts.ts'
import { outboxPosts } from './schema/outbox-posts.ts'

const replies: PostKind[] = postKinds.filter(isReply)
const other = alias(outboxPosts, 'recent')

/** How many other replies of the post's conversation were approved within the hour before it; nobody counts those that will not leave. */
export function repliesBefore(conn: Conn, at: SQLWrapper) {
  return conn
    .select({ replies: count() })
    .from(other)
    .where(
      and(
        eq(other.conversationId, outboxPosts.conversationId),
        ne(other.id, outboxPosts.id),
        lte(other.createdAt, at),
        ...isRecent(at),
      ),
    )
}

/** The same, for a reply that is about to be approved. */
export async function countRecentReplies(conn: Conn, id: ConversationId, at: Date): Promise<number> {
  const [row] = await conn
    .select({ replies: count() })
    .from(other)
    .where(and(eq(other.conversationId, id), ...isRecent(sql`${at}`)))
  return row?.replies ?? 0
}

/** Of a private reply: how many calls for such the account has made since; of any other post none are counted. */
export function privateRepliesSince(conn: Conn, since: Date) {
  const { postId, accountId, endpointClass, createdAt } = deliveryAttempts
  const calls = conn
    .select({ calls: count() })
    .from(deliveryAttempts)
    .innerJoin(other, eq(other.id, postId))
    .where(
      and(
        eq(accountId, outboxPosts.accountId),
        gt(createdAt, since),
        eq(endpointClass, 'send'),
        eq(other.kind, 'private_reply'),
      ),
    )
  return sql`case when ${outboxPosts.kind} = 'private_reply' then (${calls}) else 0 end`.mapWith(Number)
}

function isRecent(at: SQLWrapper) {
  return [
    inArray(other.kind, replies),
    inArray(other.status, standingStatuses),
    sql`${other.createdAt} > ${at} - interval 1 hour`,
  ]
}
