import { and, asc, count, eq, gte, inArray, isNotNull, isNull, ne, or, sql } from 'drizzle-orm'
import type { IncidentId } from '#src/domain/ids.ts'
import type { Conn, Transaction } from './client.ts'
import { accounts } from './schema/accounts.ts'
import { apiKeys } from './schema/api-keys.ts'
import { incidents } from './schema/incidents.ts'
import { operators } from './schema/operators.ts'
import { outboxPosts } from './schema/outbox-posts.ts'
import { reviewDecisions } from './schema/review-decisions.ts'
import { sessions } from './schema/sessions.ts'

const SHOWN_MAX = 1000

/** Throws a duplicate while another one is open. */
export async function insertIncident(tx: Transaction, incident: typeof incidents.$inferInsert): Promise<void> {
  await tx.insert(incidents).values(incident)
}

export async function findOpenIncident(conn: Conn) {
  const [row] = await conn.select().from(incidents).where(eq(incidents.openKey, 'open'))
  return row
}

/** False when somebody else closed it first. */
export async function closeIncident(
  tx: Transaction,
  id: IncidentId,
  { by, note, at }: { by: string; note: string; at: Date },
): Promise<boolean> {
  const [{ affectedRows }] = await tx
    .update(incidents)
    .set({ openKey: null, closedBy: by, note: note.slice(0, 255), closedAt: at })
    .where(and(eq(incidents.id, id), eq(incidents.openKey, 'open')))
  return affectedRows === 1
}

/** What left since then, oldest first: where, and who approved it. */
export function listSentSince(conn: Conn, since: Date) {
  return conn
    .select({
      at: outboxPosts.sentAt,
      post: outboxPosts.id,
      account: accounts.name,
      kind: outboxPosts.kind,
      conversation: outboxPosts.conversationId,
      approvedBy: operators.email,
    })
    .from(outboxPosts)
    .innerJoin(accounts, eq(accounts.id, outboxPosts.accountId))
    .leftJoin(reviewDecisions, eq(reviewDecisions.id, outboxPosts.decisionId))
    .leftJoin(operators, eq(operators.id, reviewDecisions.operatorId))
    .where(and(eq(outboxPosts.status, 'sent'), gte(outboxPosts.sentAt, since)))
    .orderBy(asc(outboxPosts.sentAt))
    .limit(SHOWN_MAX)
}

/** Who was signed in at any time since then. */
export function listSessionsSince(conn: Conn, since: Date) {
  return conn
    .select({
      session: sessions.id,
      operator: operators.email,
      role: operators.role,
      from: sessions.createdAt,
      lastSeenAt: sessions.lastSeenAt,
      endedAt: sessions.endedAt,
    })
    .from(sessions)
    .innerJoin(operators, eq(operators.id, sessions.operatorId))
    .where(gte(sessions.lastSeenAt, since))
    .orderBy(asc(sessions.createdAt))
    .limit(SHOWN_MAX)
}

export async function countWaiting(conn: Conn): Promise<number> {
  const [row] = await conn.select({ posts: count() }).from(outboxPosts).where(eq(outboxPosts.status, 'queued'))
  return row?.posts ?? 0
}

export async function endAllSessions(tx: Transaction, at: Date): Promise<number> {
  const [{ affectedRows }] = await tx.update(sessions).set({ endedAt: at }).where(isNull(sessions.endedAt))
  return affectedRows
}

/** Every token counts as known to others: nothing is sent with it, and its owner has to connect again. */
export async function distrustTokens(tx: Transaction, at: Date): Promise<number> {
  const [{ affectedRows }] = await tx
    .update(accounts)
    .set({ credentialStatus: 'revoked', tokenError: 'incident', updatedAt: at, version: sql`version + 1` })
    .where(ne(accounts.credentialStatus, 'revoked'))
  return affectedRows
}

/** The accounts that send nothing whatever the switch says: somebody stopped them, or their token is of no use. */
export function listMuteAccounts(conn: Conn) {
  return conn
    .select({ name: accounts.name, stoppedAt: accounts.stoppedAt })
    .from(accounts)
    .where(or(isNotNull(accounts.stoppedAt), inArray(accounts.credentialStatus, ['revoked', 'expired'])))
    .orderBy(asc(accounts.name))
    .limit(SHOWN_MAX)
}

export function listKeysSince(conn: Conn, since: Date) {
  return conn
    .select({ key: apiKeys.id, name: apiKeys.name, lastUsedAt: apiKeys.lastUsedAt })
    .from(apiKeys)
    .where(gte(apiKeys.lastUsedAt, since))
    .orderBy(asc(apiKeys.lastUsedAt))
    .limit(SHOWN_MAX)
}

export async function revokeApiKeys(tx: Transaction, at: Date): Promise<number> {
  const [{ affectedRows }] = await tx.update(apiKeys).set({ revokedAt: at }).where(isNull(apiKeys.revokedAt))
  return affectedRows
}
