import { and, asc, desc, eq, gte, isNotNull, isNull, lt, type SQL, sql } from 'drizzle-orm'
import { hasExpiry } from '#src/domain/credential.ts'
import type { Reach } from '#src/domain/identity.ts'
import type { AccountId, AlertId, ConversationId, PostId } from '#src/domain/ids.ts'
import type { Platform } from '#src/domain/platform.ts'
import { byId, type Slice } from './api-threads.ts'
import type { Conn, Transaction } from './client.ts'
import { alertsWithin, equal, within } from './reach.ts'
import { accounts } from './schema/accounts.ts'
import { alerts } from './schema/alerts.ts'
import { auditEntries } from './schema/audit-entries.ts'
import { outboxPosts } from './schema/outbox-posts.ts'
import { reviewDecisions } from './schema/review-decisions.ts'

export interface PostFilter {
  accountId?: AccountId | undefined
  conversationId?: ConversationId | undefined
  platform?: Platform | undefined
  status?: (typeof outboxPosts.$inferSelect)['status'] | undefined
}

export interface AlertFilter {
  open?: boolean | undefined
  severity?: (typeof alerts.$inferSelect)['severity'] | undefined
}

export interface AuditFilter {
  action?: (typeof auditEntries.$inferSelect)['action'] | undefined
  actorId?: string | undefined
  subjectId?: string | undefined
  since?: Date | undefined
}

const ACCOUNTS_MAX = 500

function selectPosts(conn: Conn) {
  return conn
    .select({
      id: outboxPosts.id,
      accountId: outboxPosts.accountId,
      platform: outboxPosts.platform,
      conversationId: outboxPosts.conversationId,
      kind: outboxPosts.kind,
      text: outboxPosts.text,
      status: outboxPosts.status,
      notBefore: outboxPosts.notBefore,
      waitUntil: outboxPosts.waitUntil,
      attempts: outboxPosts.attempts,
      outcomeCode: outboxPosts.outcomeCode,
      outcomeNote: outboxPosts.outcomeNote,
      messageRef: outboxPosts.messageRef,
      draftId: reviewDecisions.draftId,
      approvedBy: reviewDecisions.operatorId,
      sentAt: outboxPosts.sentAt,
      createdAt: outboxPosts.createdAt,
      updatedAt: outboxPosts.updatedAt,
    })
    .from(outboxPosts)
    .leftJoin(reviewDecisions, eq(reviewDecisions.id, outboxPosts.decisionId))
}

/** The newest first. */
export async function listApiPosts(conn: Conn, reach: Reach, filter: PostFilter, { after, limit }: Slice) {
  const rows = await selectPosts(conn)
    .where(
      and(
        within(outboxPosts.accountId, reach),
        equal(outboxPosts.accountId, filter.accountId),
        equal(outboxPosts.conversationId, filter.conversationId),
        equal(outboxPosts.platform, filter.platform),
        equal(outboxPosts.status, filter.status),
        after ? lt(outboxPosts.id, after as PostId) : undefined,
      ),
    )
    .orderBy(desc(outboxPosts.id))
    .limit(limit + 1)
  return byId(rows, limit)
}

export async function findApiPost(conn: Conn, reach: Reach, id: PostId) {
  const [row] = await selectPosts(conn).where(and(eq(outboxPosts.id, id), within(outboxPosts.accountId, reach)))
  return row
}

/** Without anything that opens a door. */
async function selectAccounts(conn: Conn, where: SQL | undefined) {
  const rows = await conn
    .select({
      id: accounts.id,
      platform: accounts.platform,
      accountRef: accounts.accountRef,
      name: accounts.name,
      credentialStatus: accounts.credentialStatus,
      tokenExpiresAt: accounts.tokenExpiresAt,
      tokenError: accounts.tokenError,
      dailyBudgetMicros: accounts.dailyBudgetMicros,
      stoppedAt: accounts.stoppedAt,
      stoppedReason: accounts.stoppedReason,
      createdAt: accounts.createdAt,
      updatedAt: accounts.updatedAt,
    })
    .from(accounts)
    .where(where)
    .orderBy(asc(accounts.name), asc(accounts.id))
    .limit(ACCOUNTS_MAX)
  return rows.map(({ tokenExpiresAt: end, ...row }) => ({ ...row, tokenExpiresAt: hasExpiry(end) ? end : null }))
}

export function listApiAccounts(conn: Conn, reach: Reach) {
  return selectAccounts(conn, within(accounts.id, reach))
}

export async function findApiAccount(conn: Conn, reach: Reach, id: AccountId) {
  const [row] = await selectAccounts(conn, and(eq(accounts.id, id), within(accounts.id, reach)))
  return row
}

const alertFields = {
  id: alerts.id,
  kind: alerts.kind,
  severity: alerts.severity,
  accountId: alerts.accountId,
  text: alerts.text,
  count: alerts.count,
  createdAt: alerts.createdAt,
  lastAt: alerts.lastAt,
  resolvedAt: alerts.resolvedAt,
  acknowledgedAt: alerts.acknowledgedAt,
  acknowledgedBy: alerts.acknowledgedBy,
}

/** The newest first. */
export async function listApiAlerts(conn: Conn, reach: Reach, filter: AlertFilter, { after, limit }: Slice) {
  const { open, severity } = filter
  const rows = await conn
    .select(alertFields)
    .from(alerts)
    .where(
      and(
        alertsWithin(reach),
        open === undefined ? undefined : (open ? isNotNull : isNull)(alerts.openKey),
        equal(alerts.severity, severity),
        after ? lt(alerts.id, after as AlertId) : undefined,
      ),
    )
    .orderBy(desc(alerts.id))
    .limit(limit + 1)
  return byId(rows, limit)
}

export async function findApiAlert(conn: Conn, reach: Reach, id: AlertId) {
  const [row] = await conn
    .select(alertFields)
    .from(alerts)
    .where(and(eq(alerts.id, id), alertsWithin(reach)))
  return row
}

/** False when somebody had taken note before. */
export async function acknowledgeAlert(tx: Transaction, id: AlertId, { by, at }: { by: string; at: Date }) {
  const [{ affectedRows }] = await tx
    .update(alerts)
    .set({ acknowledgedAt: at, acknowledgedBy: by, version: sql`version + 1` })
    .where(and(eq(alerts.id, id), isNull(alerts.acknowledgedAt)))
  return affectedRows === 1
}

/** The newest first, by the entry's own number. */
export async function listApiAudit(conn: Conn, filter: AuditFilter, { after, limit }: Slice<number>) {
  const { seq, action, actorId, subjectId, at } = auditEntries
  const rows = await conn
    .select()
    .from(auditEntries)
    .where(
      and(
        equal(action, filter.action),
        equal(actorId, filter.actorId),
        equal(subjectId, filter.subjectId),
        filter.since && gte(at, filter.since),
        after === undefined ? undefined : lt(seq, after),
      ),
    )
    .orderBy(desc(seq))
    .limit(limit + 1)
  const items = rows.slice(0, limit).map(({ actorKind, actorId, subjectKind, subjectId, createdAt: _, ...row }) => ({
    ...row,
    actor: { kind: actorKind, id: actorId },
    subject: { kind: subjectKind, id: subjectId },
  }))
  return { items, next: rows.length > limit ? (items.at(-1)?.seq ?? null) : null }
}
