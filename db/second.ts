import { and, desc, eq, sql } from 'drizzle-orm'
import type { AccountId, ConversationId, DraftId, OperatorId } from '#src/domain/ids.ts'
import type { RiskKind } from '#src/domain/second.ts'
import type { Conn, Transaction } from './client.ts'
import { accounts } from './schema/accounts.ts'
import { drafts } from './schema/drafts.ts'
import { messages } from './schema/messages.ts'
import { operators } from './schema/operators.ts'
import { outboxPosts } from './schema/outbox-posts.ts'
import { reviewDecisions } from './schema/review-decisions.ts'

const ASKED_MAX = 20

/** What the contact said since we last answered, and whether we ever did. */
export async function readAsked(conn: Conn, id: ConversationId): Promise<{ asked: string[]; isFirst: boolean }> {
  const rows = await conn
    .select({ direction: messages.direction, text: messages.text })
    .from(messages)
    .where(eq(messages.conversationId, id))
    .orderBy(desc(messages.sentAt), desc(messages.id))
    .limit(ASKED_MAX)
  const end = rows.findIndex(({ direction }) => direction === 'outbound')
  const asked = (end < 0 ? rows : rows.slice(0, end)).map(({ text }) => text)
  return { asked, isFirst: end < 0 && !(await hasAnswered(conn, id)) }
}

async function hasAnswered(conn: Conn, id: ConversationId): Promise<boolean> {
  const [said] = await conn
    .select({ id: messages.id })
    .from(messages)
    .where(and(eq(messages.conversationId, id), eq(messages.direction, 'outbound')))
    .limit(1)
  if (said) return true
  const [sent] = await conn
    .select({ id: outboxPosts.id })
    .from(outboxPosts)
    .where(and(eq(outboxPosts.conversationId, id), eq(outboxPosts.status, 'sent')))
    .limit(1)
  return sent !== undefined
}

/** The first of two approvals of this draft, with its operator as the table has them now. */
export async function findEndorsement(conn: Conn, draftId: DraftId) {
  const [row] = await conn
    .select({
      decision: reviewDecisions,
      operator: { name: operators.name, role: operators.role, disabledAt: operators.disabledAt },
    })
    .from(reviewDecisions)
    .innerJoin(operators, eq(operators.id, reviewDecisions.operatorId))
    .where(and(eq(reviewDecisions.draftId, draftId), eq(reviewDecisions.verdict, 'endorse')))
  return row
}

/** False when somebody else decided about the draft first. */
export async function markEndorsed(tx: Transaction, id: DraftId, at: Date): Promise<boolean> {
  const [{ affectedRows }] = await tx
    .update(drafts)
    .set({ status: 'needs_second', updatedAt: at, version: sql`version + 1` })
    .where(and(eq(drafts.id, id), eq(drafts.status, 'pending_review')))
  return affectedRows === 1
}

export interface Proposed {
  kinds: RiskKind[]
  by: OperatorId
}

export async function saveSecond(
  tx: Transaction,
  id: AccountId,
  set: { secondFor?: RiskKind[]; secondProposed: Proposed | null },
  at: Date,
): Promise<void> {
  await tx
    .update(accounts)
    .set({ ...set, updatedAt: at, version: sql`version + 1` })
    .where(eq(accounts.id, id))
}
