import { and, count, eq, inArray, lte, ne, type SQLWrapper, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/mysql-core'
import type { ConversationId } from '#src/domain/ids.ts'
import { isReply, type PostKind, postKinds } from '#src/domain/outbox.ts'
import type { Conn } from './client.ts'
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

function isRecent(at: SQLWrapper) {
  return [
    inArray(other.kind, replies),
    inArray(other.status, ['queued', 'sending', 'sent', 'uncertain']),
    sql`${other.createdAt} > ${at} - interval 1 hour`,
  ]
}
