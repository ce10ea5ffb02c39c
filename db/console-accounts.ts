import { and, asc, count, desc, eq, gte, isNotNull, isNull, sql } from 'drizzle-orm'
import type { Reach } from '#src/domain/identity.ts'
import type { AccountId } from '#src/domain/ids.ts'
import type { Conn } from './client.ts'
import { listTemplates } from './desk.ts'
import { alertsWithin, within } from './reach.ts'
import { accounts } from './schema/accounts.ts'
import { alerts } from './schema/alerts.ts'
import { draftingBudgets } from './schema/drafting-budgets.ts'
import { drafts } from './schema/drafts.ts'
import { knowledgeEntries } from './schema/knowledge-entries.ts'
import { operators } from './schema/operators.ts'
import { outboxPosts } from './schema/outbox-posts.ts'
import { reviewDecisions } from './schema/review-decisions.ts'
import type { Proposed } from './second.ts'

const ACCOUNTS_MAX = 500
const ENTRIES_MAX = 500
const THIRTY_DAYS_MS = 30 * 86_400_000

/** Every account with its health and what it spent today. */
export async function listAccountViews(conn: Conn, reach: Reach, at: Date) {
  const rows = await selectAccounts(conn, at)
    .where(within(accounts.id, reach))
    .orderBy(asc(accounts.name), asc(accounts.id))
    .limit(ACCOUNTS_MAX)
  const queued = await conn
    .select({ accountId: outboxPosts.accountId, posts: count() })
    .from(outboxPosts)
    .where(and(eq(outboxPosts.status, 'queued'), within(outboxPosts.accountId, reach)))
    .groupBy(outboxPosts.accountId)
  const byAccount = new Map(queued.map(({ accountId, posts }) => [accountId, posts]))
  return rows.map((row) => ({ ...withProposer(row), queuedPosts: byAccount.get(row.id) ?? 0 }))
}

export async function readAccountDetail(conn: Conn, id: AccountId, at: Date) {
  const [row] = await selectAccounts(conn, at).where(eq(accounts.id, id))
  if (!row) return undefined
  const [queued] = await conn
    .select({ posts: count() })
    .from(outboxPosts)
    .where(and(eq(outboxPosts.status, 'queued'), eq(outboxPosts.accountId, id)))
  const knowledge = await conn
    .select({
      id: knowledgeEntries.id,
      title: knowledgeEntries.title,
      body: knowledgeEntries.body,
      version: knowledgeEntries.version,
      updatedAt: knowledgeEntries.updatedAt,
    })
    .from(knowledgeEntries)
    .where(eq(knowledgeEntries.accountId, id))
    .orderBy(asc(knowledgeEntries.id))
    .limit(ENTRIES_MAX)
  return {
    ...withProposer(row),
    queuedPosts: queued?.posts ?? 0,
    knowledge,
    templates: await listTemplates(conn, id),
    decisions: await countDecisions(conn, id, at),
  }
}

function withProposer<T extends { secondProposed: Proposed | null; proposedByName: string | null }>(row: T) {
  const { proposedByName: byName, secondProposed, ...rest } = row
  return { ...rest, secondProposed: secondProposed && { ...secondProposed, byName } }
}

function selectAccounts(conn: Conn, at: Date) {
  const day = at.toISOString().slice(0, 10)
  return conn
    .select({
      id: accounts.id,
      platform: accounts.platform,
      accountRef: accounts.accountRef,
      name: accounts.name,
      voice: accounts.voice,
      quietMs: accounts.quietMs,
      undoMs: accounts.undoMs,
      secondFor: accounts.secondFor,
      secondProposed: accounts.secondProposed,
      proposedByName: operators.name,
      humanAgent: accounts.humanAgent,
      longAds: accounts.longAds,
      maskForModel: accounts.maskForModel,
      disclosure: accounts.disclosure,
      disclosureGapMs: accounts.disclosureGapMs,
      dailyBudgetMicros: accounts.dailyBudgetMicros,
      spentTodayMicros: sql<number>`coalesce(${draftingBudgets.spentMicros}, 0)`.mapWith(Number),
      credentialStatus: accounts.credentialStatus,
      tokenObtainedAt: accounts.tokenObtainedAt,
      tokenExpiresAt: accounts.tokenExpiresAt,
      tokenCheckedAt: accounts.tokenCheckedAt,
      tokenError: accounts.tokenError,
      scopes: accounts.scopes,
      heardAt: accounts.heardAt,
      lookedAt: accounts.lookedAt,
      missedFound: accounts.missedFound,
      dataAccessExpiresAt: accounts.dataAccessExpiresAt,
      subscribedFields: accounts.subscribedFields,
      subscriptionsCheckedAt: accounts.subscriptionsCheckedAt,
      stoppedAt: accounts.stoppedAt,
      stoppedReason: accounts.stoppedReason,
    })
    .from(accounts)
    .leftJoin(draftingBudgets, and(eq(draftingBudgets.accountId, accounts.id), eq(draftingBudgets.day, day)))
    .leftJoin(operators, eq(operators.id, sql`json_value(${accounts.secondProposed}, '$.by')`))
}

/** How often operators took Claude's words as they were, over the last thirty days. */
async function countDecisions(conn: Conn, accountId: AccountId, at: Date) {
  const rows = await conn
    .select({
      verdict: reviewDecisions.verdict,
      edited: reviewDecisions.edited,
      author: drafts.author,
      number: count(),
    })
    .from(reviewDecisions)
    .innerJoin(drafts, eq(drafts.id, reviewDecisions.draftId))
    .where(
      and(
        eq(reviewDecisions.accountId, accountId),
        gte(reviewDecisions.createdAt, new Date(at.getTime() - THIRTY_DAYS_MS)),
      ),
    )
    .groupBy(reviewDecisions.verdict, reviewDecisions.edited, drafts.author)
  const total = (of: (row: (typeof rows)[number]) => boolean) =>
    rows.filter(of).reduce((sum, row) => sum + row.number, 0)
  const approved = (row: (typeof rows)[number]) => row.verdict === 'approve' && row.author === 'claude'
  return {
    asDrafted: total((row) => approved(row) && !row.edited),
    edited: total((row) => approved(row) && row.edited),
    rejected: total((row) => row.verdict === 'reject'),
    byHand: total((row) => row.verdict === 'approve' && row.author === 'operator'),
  }
}

/** Open alerts first, then what was resolved lately. */
export async function listAlertViews(conn: Conn, reach: Reach, limit: number) {
  const of = (open: boolean) =>
    conn
      .select({
        id: alerts.id,
        kind: alerts.kind,
        severity: alerts.severity,
        accountId: alerts.accountId,
        accountName: accounts.name,
        text: alerts.text,
        count: alerts.count,
        createdAt: alerts.createdAt,
        lastAt: alerts.lastAt,
        resolvedAt: alerts.resolvedAt,
      })
      .from(alerts)
      .leftJoin(accounts, eq(accounts.id, alerts.accountId))
      .where(and(open ? isNotNull(alerts.openKey) : isNull(alerts.openKey), alertsWithin(reach)))
      .orderBy(desc(alerts.lastAt))
      .limit(limit)
  return [...(await of(true)), ...(await of(false))]
}
