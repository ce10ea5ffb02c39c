/*
 * Reads the chain from one end to the other: each entry against the one before it, each signed checkpoint against the entry it
 * was given for, time against itself, and the end against what was written down apart from the entries.
 */
import { and, asc, gt, lte, sql } from 'drizzle-orm'
import { auditText, type SignedCheckpoint } from '#src/domain/audit.ts'
import { GENESIS, hashOf, linkOf, readAuditHead } from './audit-chain.ts'
import type { Conn } from './client.ts'
import { auditCheckpoints, auditEntries, auditHeads } from './schema/audit-entries.ts'

/** Clocks of several machines differ, and an entry waits for its turn with the time it was made. */
const BACKWARDS_MAX_MS = 5 * 60_000
const BATCH = 1000

type Row = typeof auditEntries.$inferSelect
export type IsSigned = (checkpoint: SignedCheckpoint) => boolean

export interface Fault {
  seq: number
  fault: string
}

/** How far a walk has come. */
interface Walk {
  seq: number
  hash: string
  /** The latest time that an entry or a signature has shown. */
  latest: number
  checkpoints: number
  /** The last entry under a signature. */
  signed: number
  /** The first entry that is older than what it follows on. A wrong clock can do that too, so the walk goes on. */
  backDated?: Fault
}

export const START: Walk = { seq: 0, hash: GENESIS, latest: 0, checkpoints: 0, signed: 0 }

/** What is appended while it goes on is not its business. */
export async function walkToHead(conn: Conn, from: Walk, isSigned?: IsSigned): Promise<Walk | Fault> {
  const head = await readAuditHead(conn)
  const walked = await walk(conn, from, head.seq, isSigned)
  if ('fault' in walked) return walked
  if (walked.seq !== head.seq)
    return { seq: Math.min(walked.seq, head.seq) + 1, fault: 'the chain does not end where its head says' }
  if (walked.hash !== head.hash) return { seq: head.seq, fault: 'the chain does not end as its head says' }
  const stray = await findBeyondHead(conn)
  return stray === undefined ? walked : { seq: stray, fault: 'the chain does not end where its head says' }
}

async function walk(conn: Conn, from: Walk, until: number, isSigned?: IsSigned): Promise<Walk | Fault> {
  let at = from
  for (let rows = await readBatch(conn, at.seq, until); rows.length > 0; rows = await readBatch(conn, at.seq, until)) {
    const given = isSigned ? await readCheckpoints(conn, at.seq, at.seq + BATCH) : []
    const passed = passAll(at, rows, { given, isSigned })
    if ('fault' in passed) return passed
    at = passed
  }
  return at
}

function passAll(from: Walk, rows: Row[], signatures: Signatures): Walk | Fault {
  let at = from
  for (const row of rows) {
    const passed = pass(at, row, signatures)
    if ('fault' in passed) return passed
    at = passed
  }
  return at
}

/** One entry further, and past the signatures that were given for it. */
function pass(at: Walk, row: Row, { given, isSigned }: Signatures): Walk | Fault {
  const entered = enter(at, row)
  return 'fault' in entered || !isSigned ? entered : seal(entered, { given, isSigned })
}

interface Signatures {
  given: SignedCheckpoint[]
  isSigned: IsSigned | undefined
}

function readBatch(conn: Conn, after: number, until: number): Promise<Row[]> {
  return conn
    .select()
    .from(auditEntries)
    .where(and(gt(auditEntries.seq, after), lte(auditEntries.seq, until)))
    .orderBy(asc(auditEntries.seq))
    .limit(BATCH)
}

/** One entry further. */
function enter(walked: Walk, row: Row): Walk | Fault {
  const seq = walked.seq + 1
  if (row.seq !== seq) return { seq, fault: 'the entry is missing' }
  if (row.previousHash !== walked.hash) return { seq, fault: 'the entry does not follow the one before it' }
  if (row.hash !== hashOf(auditText(linkOf(row)))) return { seq, fault: 'the entry was changed' }
  const at = row.at.getTime()
  const isBackDated = at < walked.latest - BACKWARDS_MAX_MS
  const backDated = isBackDated ? { seq, fault: 'the entry is dated before what it follows on' } : undefined
  return {
    ...walked,
    ...(backDated && !walked.backDated && { backDated }),
    ...{ seq, hash: row.hash, latest: Math.max(at, walked.latest) },
  }
}

/** The signatures that were given for the entry the walk stands on. */
function seal(walked: Walk, { given, isSigned }: Signatures & { isSigned: IsSigned }): Walk | Fault {
  let at = walked
  for (const checkpoint of given.filter(({ seq }) => seq === walked.seq)) {
    const fault = faultInCheckpoint(at, checkpoint, isSigned)
    if (fault) return { seq: walked.seq, fault }
    const latest = Math.max(at.latest, checkpoint.at.getTime())
    at = { ...at, checkpoints: checkpoint.number, signed: walked.seq, latest }
  }
  return at
}

function faultInCheckpoint(at: Walk, checkpoint: SignedCheckpoint, isSigned: IsSigned): string | undefined {
  if (!isSigned(checkpoint)) return 'the checkpoint of this entry carries no valid signature'
  if (checkpoint.number !== at.checkpoints + 1) return 'a checkpoint before this entry is missing'
  return checkpoint.hash === at.hash ? undefined : 'the entry is not the one that was signed'
}

function readCheckpoints(conn: Conn, after: number, until: number): Promise<SignedCheckpoint[]> {
  return conn
    .select()
    .from(auditCheckpoints)
    .where(and(gt(auditCheckpoints.seq, after), lte(auditCheckpoints.seq, until)))
    .orderBy(asc(auditCheckpoints.number))
}

/** A signature for an entry that is not there any more, or that points before the first one. Newer entries may have come meanwhile. */
export async function faultBeyond(conn: Conn, { seq, checkpoints }: Walk): Promise<Fault | undefined> {
  const [lost] = await conn
    .select({ seq: auditCheckpoints.seq, number: auditCheckpoints.number })
    .from(auditCheckpoints)
    .where(gt(auditCheckpoints.number, checkpoints))
    .orderBy(asc(auditCheckpoints.number))
    .limit(1)
  const head = await readAuditHead(conn)
  if (!lost || (lost.seq > seq && lost.seq <= head.seq)) return undefined
  return { seq: Math.min(seq + 1, lost.seq), fault: 'entries that were signed are missing from here on' }
}

async function findBeyondHead(conn: Conn): Promise<number | undefined> {
  const head = sql`coalesce((select seq from ${auditHeads} where name = 'main'), 0)`
  const [row] = await conn
    .select({ seq: auditEntries.seq })
    .from(auditEntries)
    .where(sql`${auditEntries.seq} > ${head}`)
    .orderBy(asc(auditEntries.seq))
    .limit(1)
  return row?.seq
}
