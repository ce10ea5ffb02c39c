/*
 * The head of the audit log, signed every so often by a process that holds the key. Whoever can write to the database can
 * rewrite the whole chain, hashes and all, but not what was signed. Only what was read and found whole is signed, and the
 * process remembers its last signature: entries that vanish together with theirs are missed here.
 */
import { raiseAlert } from '#db/alerts.ts'
import { faultsSince } from '#db/audit.ts'
import { readAuditHead } from '#db/audit-chain.ts'
import { insertCheckpoint, readNewestCheckpoint } from '#db/audit-checkpoints.ts'
import type { Database } from '#db/client.ts'
import type { Checkpoint, SignedCheckpoint } from '#src/domain/audit.ts'
import type { Publish } from '#src/queues/live.ts'

const ENTRIES_MAX = 200
const EVERY_MS = 5 * 60_000

interface SignAuditDeps {
  db: Database
  sign: (checkpoint: Checkpoint) => string
  isSigned: (checkpoint: SignedCheckpoint) => boolean
  publish: Publish
  now: () => Date
  /** Hears of each signature, so that it is also known where no database reaches. */
  tell: (checkpoint: Checkpoint) => void
}

type Ended = { signed?: SignedCheckpoint; fault?: string }

/** One look: signs when there is something to sign and it is time; the first look always is. */
export function createSignAudit(deps: SignAuditDeps): () => Promise<{ faults: number }> {
  const { db, publish, now, tell } = deps
  let known: Checkpoint | undefined
  let toldFault: string | undefined
  let isFirst = true

  return async () => {
    const { signed, fault } = await look(deps, { known, isFirst })
    isFirst = false
    if (signed) {
      known = signed
      tell(signed)
    }
    const isNews = fault !== undefined && fault !== toldFault
    toldFault = fault
    if (!isNews) return { faults: 0 }
    const text = `The audit log is not as it was written: ${fault}. Run countersign audit verify.`
    await raiseAlert(db, { kind: 'audit_broken', subject: 'chain', severity: 'critical', text, at: now() })
    publish({ topic: 'alerts', id: 'audit' })
    return { faults: 1 }
  }
}

async function look(deps: SignAuditDeps, past: { known: Checkpoint | undefined; isFirst: boolean }): Promise<Ended> {
  const { db, sign, isSigned, now } = deps
  const newest = await readNewestCheckpoint(db)
  const head = await readAuditHead(db)
  const fault = faultBetween(newest, past.known, head.seq)
  if (fault) return { fault }
  if (newest && !isSigned(newest)) return { fault: `the checkpoint of entry ${newest.seq} carries no valid signature` }
  const at = now()
  if (!isDue({ head, newest, at, isFirst: past.isFirst })) return {}
  const { fault: found, backDated } = await faultsSince(db, newest)
  if (found) return { fault: told(found) }
  const checkpoint = { number: (newest?.number ?? 0) + 1, seq: head.seq, hash: head.hash, at }
  const signed = { ...checkpoint, signature: sign(checkpoint) }
  const isOurs = await insertCheckpoint(db, signed)
  // A wrong clock does that too, and the log goes on.
  return { ...(isOurs && { signed }), ...(backDated && { fault: told(backDated) }) }
}

function told({ seq, fault }: { seq: number; fault: string }): string {
  return `entry ${seq}: ${fault}`
}

function faultBetween(newest: Checkpoint | undefined, known: Checkpoint | undefined, head: number): string | undefined {
  if (known && (newest?.number ?? 0) < known.number) return `the signature of entry ${known.seq} is gone`
  return newest && head < newest.seq ? `entries from ${head + 1} to ${newest.seq} are gone` : undefined
}

function isDue(state: { head: { seq: number }; newest: Checkpoint | undefined; at: Date; isFirst: boolean }): boolean {
  const { head, newest, at, isFirst } = state
  const entries = head.seq - (newest?.seq ?? 0)
  if (entries === 0) return false
  return isFirst || entries >= ENTRIES_MAX || at.getTime() - (newest?.at.getTime() ?? 0) >= EVERY_MS
}
