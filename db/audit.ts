import { eq, sql } from 'drizzle-orm'
import { type AuditEvent, type AuditLink, accountOf, auditText, type Checkpoint } from '#src/domain/audit.ts'
import { GENESIS, hashOf } from './audit-chain.ts'
import { type Fault, faultBeyond, type IsSigned, START, walkToHead } from './audit-verify.ts'
import type { Conn, Transaction } from './client.ts'
import { insertAll } from './many.ts'
import { auditEntries, auditHeads } from './schema/audit-entries.ts'

/** Appends one entry in the transaction of what it tells. Call it last: it locks the chain's head until the commit. */
export function appendAudit(tx: Transaction, event: AuditEvent): Promise<void> {
  return appendAudits(tx, [event])
}

/** The same for many, in their order. */
export async function appendAudits(tx: Transaction, events: readonly AuditEvent[]): Promise<void> {
  const [first] = events
  if (!first) return
  let { seq, hash } = await lockHead(tx, first.at)
  const rows = events.map((event) => {
    const link = { ...event, accountId: accountOf(event), seq: seq + 1, previousHash: hash }
    const row = rowOf(link)
    seq = row.seq
    hash = row.hash
    return row
  })
  await insertAll(tx, auditEntries, rows)
  await tx.update(auditHeads).set({ seq, hash }).where(eq(auditHeads.name, 'main'))
}

function rowOf(link: AuditLink): typeof auditEntries.$inferInsert & { seq: number; hash: string } {
  const { seq, previousHash, action, actor, subject, accountId = null, detail, at } = link
  return {
    seq,
    action,
    actorKind: actor.kind,
    actorId: actor.id,
    subjectKind: subject.kind,
    subjectId: subject.id,
    accountId,
    detail,
    at,
    previousHash,
    hash: hashOf(auditText(link)),
    createdAt: at,
  }
}

async function lockHead(tx: Transaction, at: Date): Promise<{ seq: number; hash: string }> {
  const read = () => tx.select().from(auditHeads).where(eq(auditHeads.name, 'main')).for('update')
  const [head] = await read()
  if (head) return head
  // Two first writers may meet here; the second one's insert changes nothing and its read waits for the first.
  await tx
    .insert(auditHeads)
    .values({ name: 'main', seq: 0, hash: GENESIS, createdAt: at })
    .onDuplicateKeyUpdate({ set: { name: sql`name` } })
  const [made] = await read()
  return made ?? { seq: 0, hash: GENESIS }
}

export interface Whole {
  ok: true
  entries: number
  /** The last entry under a signature, when signatures were looked at. */
  signed?: number
  /** The first entry that is older than what it follows on: it was dated back, or a clock was wrong. */
  backDated?: Fault
}

export type Verified = Whole | ({ ok: false } & Fault)

/** Reads the whole chain; answers the first entry that is not as it was written. Without `isSigned` no signature is looked at. */
export async function verifyAudit(conn: Conn, isSigned?: IsSigned): Promise<Verified> {
  const walked = await walkToHead(conn, START, isSigned)
  if ('fault' in walked) return { ok: false, ...walked }
  const fault = isSigned && (await faultBeyond(conn, walked))
  if (fault) return { ok: false, ...fault }
  const { seq: entries, signed, backDated } = walked
  return { ok: true, entries, ...(isSigned && { signed }), ...(backDated && { backDated }) }
}

/** What is wrong behind a checkpoint that is known to be good. */
export async function faultsSince(
  conn: Conn,
  since: Checkpoint | undefined,
): Promise<{ fault?: Fault; backDated?: Fault }> {
  const start = since ? { ...START, seq: since.seq, hash: since.hash, latest: since.at.getTime() } : START
  const walked = await walkToHead(conn, start)
  if ('fault' in walked) return { fault: walked }
  return walked.backDated ? { backDated: walked.backDated } : {}
}
