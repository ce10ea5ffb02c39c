import { and, count, desc, eq, gte, isNotNull, lte, ne, sql } from 'drizzle-orm'
import type { AccountId } from '#src/domain/ids.ts'
import { changedShare, dayOf } from '#src/domain/insight.ts'
import type { Conn } from './client.ts'
import { type Counted, countOf, type DayPart, startOf, utcDay } from './insight-counts.ts'
import { groupsOf, isOneOf } from './many.ts'
import { draftingBudgets } from './schema/drafting-budgets.ts'
import { drafts } from './schema/drafts.ts'
import { reviewDecisions } from './schema/review-decisions.ts'

const REASONS_MAX = 20
const REASON_LENGTH = 80
const EDITS_MAX = 500

/** Drafts of Claude's by the day they were made on. */
export async function countDrafts(conn: Conn, counted: Counted) {
  const start = await startOf(conn, 'draft', counted)
  const day = utcDay(drafts.createdAt)
  const days: DayPart[] = await conn
    .select({
      accountId: drafts.accountId,
      day,
      drafted: sql<number>`count(*)`.mapWith(Number),
      expired: countOf(sql`${drafts.status} = 'expired'`),
    })
    .from(drafts)
    .where(and(sql`${drafts.id} >= ${start.id}`, isOneOf(drafts.accountId, counted.accountIds), byClaude))
    .groupBy(drafts.accountId, day)
  return { days, countedFrom: start.at }
}

const byClaude = eq(drafts.author, 'claude')

/** Conversations in which Claude saw a complaint, abuse or a threat. */
export async function countHarsh(conn: Conn, counted: Counted) {
  const start = await startOf(conn, 'draft', counted)
  const day = utcDay(drafts.createdAt)
  return conn
    .select({
      accountId: drafts.accountId,
      day,
      count: sql<number>`count(distinct ${drafts.conversationId})`.mapWith(Number),
    })
    .from(drafts)
    .where(
      and(
        sql`${drafts.id} >= ${start.id}`,
        isOneOf(drafts.accountId, counted.accountIds),
        sql`${drafts.flags} regexp '"(complaint|abuse|threat)"'`,
      ),
    )
    .groupBy(drafts.accountId, day)
}

export async function countDecisions(conn: Conn, counted: Counted): Promise<DayPart[]> {
  const { verdict, edited, accountId, createdAt, draftId } = reviewDecisions
  const day = utcDay(createdAt)
  return conn
    .select({
      accountId,
      day,
      asDrafted: countOf(sql`${verdict} = 'approve' and ${byClaude} and not ${edited}`),
      edited: countOf(sql`${verdict} = 'approve' and ${byClaude} and ${edited}`),
      rejected: countOf(sql`${verdict} = 'reject'`),
      byHand: countOf(sql`${verdict} = 'approve' and not ${byClaude}`),
    })
    .from(reviewDecisions)
    .innerJoin(drafts, eq(drafts.id, draftId))
    .where(decidedOf(counted))
    .groupBy(accountId, day)
}

function decidedOf({ accountIds, since }: Counted) {
  return and(isOneOf(reviewDecisions.accountId, accountIds), gte(reviewDecisions.createdAt, since))
}

/** The most frequent reasons, as operators chose or wrote them. */
export async function listReasons(conn: Conn, counted: Counted) {
  const reason = sql<string>`trim(left(${reviewDecisions.reason}, ${sql.raw(String(REASON_LENGTH))}))`
  return conn
    .select({ reason, count: count() })
    .from(reviewDecisions)
    .where(
      and(
        decidedOf(counted),
        eq(reviewDecisions.verdict, 'reject'),
        isNotNull(reviewDecisions.reason),
        ne(reviewDecisions.reason, ''),
      ),
    )
    .groupBy(reason)
    .orderBy(desc(count()), reason)
    .limit(REASONS_MAX)
}

/** How much operators changed, by account: the mean over the newest edits, since each is compared word by word. */
export async function readEditedShares(conn: Conn, counted: Counted): Promise<Map<AccountId, number>> {
  const edits = await conn
    .select({ accountId: reviewDecisions.accountId, before: drafts.text, after: reviewDecisions.text })
    .from(reviewDecisions)
    .innerJoin(drafts, eq(drafts.id, reviewDecisions.draftId))
    .where(
      and(
        decidedOf(counted),
        eq(reviewDecisions.verdict, 'approve'),
        eq(reviewDecisions.edited, true),
        byClaude,
        // Both are empty once the person they were about is erased.
        ne(drafts.text, ''),
        ne(reviewDecisions.text, ''),
      ),
    )
    .orderBy(desc(reviewDecisions.createdAt))
    .limit(EDITS_MAX)
  const shares = groupsOf(edits, ({ accountId }) => accountId)
  return new Map([...shares].map(([id, rows]) => [id, meanOf(rows.map((row) => changedShare(row.before, row.after)))]))
}

function meanOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, n) => sum + n, 0) / numbers.length
}

export async function listCosts(conn: Conn, { accountIds, since, now }: Counted): Promise<DayPart[]> {
  const { accountId, day, spentMicros: costMicros } = draftingBudgets
  return conn
    .select({ accountId, day, costMicros })
    .from(draftingBudgets)
    .where(and(isOneOf(accountId, accountIds), gte(day, dayOf(since)), lte(day, dayOf(now))))
}
