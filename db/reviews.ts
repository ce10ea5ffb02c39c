import { and, eq, inArray, ne, sql } from 'drizzle-orm'
import type { Attention, NoDraftReason } from '#src/domain/draft.ts'
import type { ConversationId, DecisionId, DraftId, PostId } from '#src/domain/ids.ts'
import type { Conn, Transaction } from './client.ts'
import { accounts } from './schema/accounts.ts'
import { contacts } from './schema/contacts.ts'
import { conversations } from './schema/conversations.ts'
import { drafts } from './schema/drafts.ts'
import { operators } from './schema/operators.ts'
import { outboxPosts } from './schema/outbox-posts.ts'
import { reviewDecisions } from './schema/review-decisions.ts'

type NewDraft = typeof drafts.$inferInsert
type NewDecision = typeof reviewDecisions.$inferInsert
type NewPost = typeof outboxPosts.$inferInsert
export type ThreadToAnswer = NonNullable<Awaited<ReturnType<typeof lockThread>>>

/** The conversation with the rules of its account and contact. Its row is locked first, as every writer of a conversation does. */
export async function lockThread(tx: Transaction, id: ConversationId) {
  const [conversation] = await tx.select().from(conversations).where(eq(conversations.id, id)).for('update')
  if (!conversation) return undefined
  const [account] = await tx.select().from(accounts).where(eq(accounts.id, conversation.accountId))
  const [contact] = await tx.select().from(contacts).where(eq(contacts.id, conversation.contactId))
  // To somebody who was erased nothing can be said.
  return account && contact && !contact.erasedAt ? { conversation, account, contact } : undefined
}

/** A draft with the name of who settled it, if anybody did. */
export async function findDraftToDecide(conn: Conn, id: DraftId) {
  const [row] = await conn
    .select({ draft: drafts, decidedBy: operators.name })
    .from(drafts)
    .leftJoin(reviewDecisions, and(eq(reviewDecisions.draftId, drafts.id), ne(reviewDecisions.verdict, 'endorse')))
    .leftJoin(operators, eq(operators.id, reviewDecisions.operatorId))
    .where(eq(drafts.id, id))
  return row
}

/** Answers false when somebody else settled the draft first. */
export async function settleDraft(
  tx: Transaction,
  id: DraftId,
  status: 'approved' | 'rejected' | 'superseded',
  at: Date,
): Promise<boolean> {
  const [{ affectedRows }] = await tx
    .update(drafts)
    .set({ status, waitingFor: null, updatedAt: at, version: sql`version + 1` })
    .where(and(eq(drafts.id, id), inArray(drafts.status, ['pending_review', 'needs_second'])))
  return affectedRows === 1
}

export async function insertDraft(tx: Transaction, draft: NewDraft): Promise<void> {
  await tx.insert(drafts).values(draft)
}

export async function insertDecision(tx: Transaction, decision: NewDecision): Promise<void> {
  await tx.insert(reviewDecisions).values(decision)
}

export async function insertPost(tx: Transaction, post: NewPost): Promise<void> {
  await tx.insert(outboxPosts).values(post)
}

export interface NewAttention {
  attention: Attention
  reason?: NoDraftReason
  note?: string
  draftDueAt?: Date
  instruction?: string
}

/** Says what the conversation asks of an operator from now on. */
export async function setAttention(tx: Transaction, id: ConversationId, to: NewAttention, at: Date): Promise<void> {
  await tx
    .update(conversations)
    .set({ ...attentionColumns(to), updatedAt: at, version: sql`version + 1` })
    .where(eq(conversations.id, id))
}

/** Whatever was asked before is over. */
export function attentionColumns({ attention, reason, note, draftDueAt, instruction }: NewAttention) {
  return {
    attention,
    attentionReason: reason ?? null,
    attentionNote: note?.slice(0, 255) ?? null,
    draftDueAt: draftDueAt ?? null,
    draftInstruction: instruction?.slice(0, 255) ?? null,
    draftLeaseUntil: null,
    draftLeaseHeadId: null,
  }
}

/** The post with what its conversation needs when it is taken back. */
export async function findPost(conn: Conn, id: PostId) {
  const [post] = await conn.select().from(outboxPosts).where(eq(outboxPosts.id, id))
  return post
}

/** The other posts of one answer that have not left: they were made in the same instant under the same lock. */
export async function listQueuedWith(conn: Conn, post: Awaited<ReturnType<typeof findPost>> & {}): Promise<PostId[]> {
  const { id, conversationId, createdAt, status } = outboxPosts
  const rows = await conn
    .select({ id })
    .from(outboxPosts)
    .where(
      and(
        eq(conversationId, post.conversationId),
        eq(status, 'queued'),
        eq(createdAt, post.createdAt),
        ne(id, post.id),
      ),
    )
  return rows.map((row) => row.id)
}

/** Takes a post back while it is queued; false when it has already been claimed or settled. */
export async function cancelPost(tx: Transaction, id: PostId, at: Date): Promise<boolean> {
  const [{ affectedRows }] = await tx
    .update(outboxPosts)
    .set({ status: 'cancelled', updatedAt: at, version: sql`version + 1` })
    .where(and(eq(outboxPosts.id, id), eq(outboxPosts.status, 'queued')))
  return affectedRows === 1
}

export async function findDecision(conn: Conn, id: DecisionId) {
  const [decision] = await conn.select().from(reviewDecisions).where(eq(reviewDecisions.id, id))
  return decision
}

export async function findWaitingDraft(
  conn: Conn,
  conversationId: ConversationId,
): Promise<typeof drafts.$inferSelect | undefined> {
  const [draft] = await conn.select().from(drafts).where(eq(drafts.waitingFor, conversationId))
  return draft
}
