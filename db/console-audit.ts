import { and, asc, desc, eq, isNotNull, lt } from 'drizzle-orm'
import type { AuditEntry, AuditFilter } from '#src/domain/audit.ts'
import { isId } from '#src/domain/ids.ts'
import { readAuditHead } from './audit-chain.ts'
import { readNewestCheckpoint } from './audit-checkpoints.ts'
import { entryOf, fitting } from './audit-read.ts'
import type { IsSigned } from './audit-verify.ts'
import type { Conn } from './client.ts'
import { isOneOf } from './many.ts'
import { accounts } from './schema/accounts.ts'
import { alerts } from './schema/alerts.ts'
import { auditEntries } from './schema/audit-entries.ts'
import { operators } from './schema/operators.ts'

/** What the page of the audit log reads. */
export function createAuditReads(conn: Conn, isSigned: IsSigned) {
  return {
    list: (filter: AuditFilter, before: number | undefined, limit: number) =>
      listAudit(conn, filter, { before, limit }),
    proof: () => readProof(conn, isSigned),
    people: () => listPeople(conn),
  }
}

async function readProof(conn: Conn, isSigned: IsSigned) {
  const checkpoint = await readNewestCheckpoint(conn)
  const head = await readAuditHead(conn)
  const open = and(isNotNull(alerts.openKey), eq(alerts.kind, 'audit_broken'))
  const [broken] = await conn.select({ id: alerts.id }).from(alerts).where(open).limit(1)
  const isShort = checkpoint !== undefined && checkpoint.seq > head.seq
  return {
    entries: head.seq,
    checkpoint,
    isSigned: checkpoint !== undefined && isSigned(checkpoint),
    isBroken: broken !== undefined || isShort,
  }
}

/** The newest first, before the entry `before`. */
async function listAudit(
  conn: Conn,
  filter: AuditFilter,
  { before, limit }: { before: number | undefined; limit: number },
) {
  const fits = await fitting(conn, filter)
  const rows = await conn
    .select()
    .from(auditEntries)
    .where(and(fits, before === undefined ? undefined : lt(auditEntries.seq, before)))
    .orderBy(desc(auditEntries.seq))
    .limit(limit + 1)
  const items = rows.slice(0, limit).map(entryOf)
  const next = rows.length > limit ? items.at(-1)?.seq : undefined
  return { items, next, names: await namesIn(conn, items) }
}

/** What the people and accounts in these entries are called. */
async function namesIn(conn: Conn, entries: readonly AuditEntry[]): Promise<Map<string, string>> {
  const ids = new Set(entries.flatMap(({ actor, subject, accountId }) => [actor.id, subject.id, accountId ?? '']))
  const people = [...ids].filter((id) => isId('operator', id))
  const places = [...ids].filter((id) => isId('account', id))
  const named = [...(await namesOf(conn, operators, people)), ...(await namesOf(conn, accounts, places))]
  return new Map(named.map(({ id, name }) => [id, name]))
}

async function namesOf(conn: Conn, table: typeof operators | typeof accounts, ids: readonly string[]) {
  if (ids.length === 0) return []
  return conn.select({ id: table.id, name: table.name }).from(table).where(isOneOf(table.id, ids))
}

/** Everybody who may stand in an entry as the one who did it. */
function listPeople(conn: Conn) {
  return conn.select({ id: operators.id, name: operators.name }).from(operators).orderBy(asc(operators.name)).limit(500)
}
