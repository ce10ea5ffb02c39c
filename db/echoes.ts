import { and, desc, eq, inArray, isNull, max, or, sql } from 'drizzle-orm'
import type { AccountId, ConversationId, PostId } from '#src/domain/ids.ts'
import { type PostKind, type PostStatus, standingStatuses } from '#src/domain/outbox.ts'
import type { Conn, Transaction } from './client.ts'
import { isOneOf } from './many.ts'
import { outboxPosts } from './schema/outbox-posts.ts'

const { id, accountId, conversationId, kind, messageRef, status, textHash, version, createdAt } = outboxPosts
const columns = { id, status, textHash, version, messageRef }

export type EchoedPost = Pick<typeof outboxPosts.$inferSelect, 'id' | 'status' | 'textHash' | 'version' | 'messageRef'>

/** The post that the platform gave this message id to. */
export async function findPostOf(conn: Conn, account: AccountId, ref: string): Promise<EchoedPost | undefined> {
  const [post] = await conn
    .select(columns)
    .from(outboxPosts)
    .where(and(eq(accountId, account), eq(messageRef, ref)))
  return post
}

/** The post that an echo names as its own; undefined when it was for somebody else. A private reply stands with its comment, and comes back in the direct conversation. */
export async function findNamedPost(
  conn: Conn,
  named: { id: PostId; accountId: AccountId; conversationId: ConversationId },
): Promise<EchoedPost | undefined> {
  const isHere = or(eq(conversationId, named.conversationId), eq(kind, 'private_reply'))
  const [post] = await conn
    .select(columns)
    .from(outboxPosts)
    .where(and(eq(id, named.id), eq(accountId, named.accountId), isHere))
  return post
}

/** Posts with these very words of which nobody knows yet under which id they arrived. */
export function listUnnamedPosts(
  conn: Conn,
  conversation: ConversationId,
  said: { kind: PostKind; textHash: string },
): Promise<EchoedPost[]> {
  return conn
    .select(columns)
    .from(outboxPosts)
    .where(
      and(
        eq(conversationId, conversation),
        inArray(status, ['sending', 'uncertain']),
        isNull(messageRef),
        eq(kind, said.kind),
        eq(textHash, said.textHash),
      ),
    )
}

/** Where the public reply with these words was approved: what stands below one comment may be said to several people. */
export async function findReplyThread(
  conn: Conn,
  said: { accountId: AccountId; recipientRef: string; textHash: string },
): Promise<ConversationId | undefined> {
  const isIt = and(eq(textHash, said.textHash), eq(outboxPosts.recipientRef, said.recipientRef))
  const [post] = await conn
    .select({ conversationId })
    .from(outboxPosts)
    .where(and(eq(accountId, said.accountId), eq(kind, 'public_reply'), isIt))
    .orderBy(desc(id))
    .limit(1)
  return post?.conversationId
}

/** Writes down under which id a post arrived; false when it has changed meanwhile. */
export async function namePost(tx: Transaction, post: EchoedPost, ref: string, at: Date): Promise<boolean> {
  const [{ affectedRows }] = await tx
    .update(outboxPosts)
    .set({ messageRef: ref, updatedAt: at, version: sql`version + 1` })
    .where(and(eq(id, post.id), eq(version, post.version), isNull(messageRef)))
  return affectedRows === 1
}

/** Ends the uncertainty about a post that the platform has shown us; false when it has ended otherwise. */
export async function settleUncertain(
  tx: Transaction,
  post: EchoedPost,
  { ref, sentAt, at }: { ref: string; sentAt: Date; at: Date },
  from: readonly PostStatus[] = ['uncertain'],
): Promise<boolean> {
  const [{ affectedRows }] = await tx
    .update(outboxPosts)
    .set({ status: 'sent', messageRef: ref, sentAt, leaseUntil: null, updatedAt: at, version: sql`version + 1` })
    .where(and(eq(id, post.id), eq(version, post.version), inArray(status, from)))
  return affectedRows === 1
}

/** When an operator last approved a reply in this conversation that has not failed: what had arrived until then is answered. */
export async function findLastApproval(conn: Conn, conversation: ConversationId): Promise<Date | undefined> {
  return (await findLastApprovals(conn, [conversation])).get(conversation)
}

/** The same for many conversations. */
export async function findLastApprovals(
  conn: Conn,
  ids: readonly ConversationId[],
): Promise<Map<ConversationId, Date>> {
  if (ids.length === 0) return new Map()
  const rows = await conn
    .select({ conversationId, at: max(createdAt) })
    .from(outboxPosts)
    .where(and(isOneOf(conversationId, ids), inArray(status, standingStatuses)))
    .groupBy(conversationId)
  return new Map(rows.flatMap((row) => (row.at ? [[row.conversationId, row.at]] : [])))
}
