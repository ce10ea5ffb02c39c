import { and, asc, desc, eq, gt, gte, lt, lte } from 'drizzle-orm'
import type { AuditEntry, AuditFilter } from '#src/domain/audit.ts'
import { linkOf } from './audit-chain.ts'
import type { Conn } from './client.ts'
import { auditEntries } from './schema/audit-entries.ts'

/** Within this, entries may stand in another order than their times. */
const DISORDER_MS = 10 * 60_000
const BATCH = 500

/** All that fit the filter, oldest first, a few hundred in memory at a time. */
export async function* readAudit(conn: Conn, filter: AuditFilter, after = 0): AsyncGenerator<AuditEntry[]> {
  const fits = await fitting(conn, filter)
  for (let seq = after, more = true; more; ) {
    const rows = await conn
      .select()
      .from(auditEntries)
      .where(and(fits, gt(auditEntries.seq, seq)))
      .orderBy(asc(auditEntries.seq))
      .limit(BATCH)
    more = rows.length === BATCH
    seq = rows.at(-1)?.seq ?? seq
    if (rows.length > 0) yield rows.map(entryOf)
  }
}

export async function findEntryHash(conn: Conn, seq: number): Promise<string | undefined> {
  const [row] = await conn.select({ hash: auditEntries.hash }).from(auditEntries).where(eq(auditEntries.seq, seq))
  return row?.hash
}

export function entryOf(row: typeof auditEntries.$inferSelect): AuditEntry {
  return { ...linkOf(row), hash: row.hash }
}

/** The rows of a filter. */
export async function fitting(conn: Conn, filter: AuditFilter) {
  return and(...conditions(filter), ...(await boundsOf(conn, filter)))
}

function conditions({ action, actorId, accountId, since, until }: AuditFilter) {
  return [
    action && eq(auditEntries.action, action),
    actorId === undefined ? undefined : eq(auditEntries.actorId, actorId),
    accountId && eq(auditEntries.accountId, accountId),
    since && gte(auditEntries.at, since),
    until && lt(auditEntries.at, until),
  ]
}

/** Times as places in the chain, roughly: the rows in between are read by their key, and no newer or older ones. */
async function boundsOf(conn: Conn, { since, until }: AuditFilter) {
  const seq = { seq: auditEntries.seq }
  const [first] = since
    ? await conn
        .select(seq)
        .from(auditEntries)
        .where(lt(auditEntries.at, new Date(since.getTime() - DISORDER_MS)))
        .orderBy(desc(auditEntries.at))
        .limit(1)
    : []
  const [last] = until
    ? await conn
        .select(seq)
        .from(auditEntries)
        .where(gte(auditEntries.at, new Date(until.getTime() + DISORDER_MS)))
        .orderBy(asc(auditEntries.at))
        .limit(1)
    : []
  return [first && gt(auditEntries.seq, first.seq), last && lte(auditEntries.seq, last.seq)]
}
