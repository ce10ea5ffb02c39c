import { raiseAlert, resolveAlert } from '#db/alerts.ts'
import { readAuditHead } from '#db/audit-chain.ts'
import { moveFollower, readFollower } from '#db/audit-followers.ts'
import { findEntryHash, readAudit } from '#db/audit-read.ts'
import type { Database } from '#db/client.ts'
import { takeLease } from '#db/leases.ts'
import { auditLine } from '#src/domain/audit-line.ts'

const LEASE_MS = 15_000

interface FollowAuditDeps {
  db: Database
  sink: {
    name: string
    /** The last entry that it holds; undefined where it cannot say. */
    last(): Promise<{ seq: number; hash: string } | undefined>
    /** False when somebody else has written what follows `after`. */
    append(lines: string, after: number): Promise<boolean>
  }
  now: () => Date
  /** Names this process among those that might do the same. */
  holder: string
}

/**
 * Carries entries to where they are kept a second time, in their order and each at least once: written first, noted down as
 * written afterwards. A file tells by itself how far it is; a new one, after a rotation, goes on where the old one ended. What
 * the file holds and the database does not is told to the operators: somebody took it out.
 */
export function createFollowAudit(deps: FollowAuditDeps): () => Promise<{ carried: number }> {
  const { db, now } = deps
  let done: number | undefined
  let toldTrouble: 'audit_sink' | 'audit_broken' | undefined
  const tell = async (kind: NonNullable<typeof toldTrouble>, text: string) => {
    if (toldTrouble === kind) return
    await raiseAlert(db, { kind, subject: 'copy', severity: 'critical', text, at: now() })
    toldTrouble = kind
  }
  return async () => {
    try {
      // Most looks find nothing new, and need not touch the file.
      const head = await readAuditHead(db)
      if (head.seq === done) return { carried: 0 }
      const { carried, lost, last } = await follow(deps)
      done = last
      if (lost !== undefined)
        await tell('audit_broken', `The second copy of the audit log holds entry ${lost}, the database does not.`)
      else if (toldTrouble !== undefined) {
        await resolveAlert(db, toldTrouble, 'copy', now())
        toldTrouble = undefined
      }
      return { carried }
    } catch (error) {
      await tell('audit_sink', 'The second copy of the audit log cannot be written; it is caught up when it can.')
      throw error
    }
  }
}

interface Followed {
  carried: number
  /** The last entry that is carried, when all are. */
  last?: number
  /** An entry that is only in the copy. */
  lost?: number
}

async function follow({ db, sink, now, holder }: FollowAuditDeps): Promise<Followed> {
  const holds = () => takeLease(db, { name: 'audit', holder, until: new Date(now().getTime() + LEASE_MS), at: now() })
  if (!(await holds())) return { carried: 0 }
  const last = await sink.last()
  if (last && (await findEntryHash(db, last.seq)) !== last.hash) return { carried: 0, lost: last.seq }
  let seq = last?.seq ?? (await readFollower(db, sink.name))
  let carried = 0
  for await (const entries of readAudit(db, {}, seq)) {
    if (!(await sink.append(entries.map(auditLine).join(''), seq))) return { carried }
    seq = entries.at(-1)?.seq ?? seq
    await moveFollower(db, { name: sink.name, seq }, now())
    carried += entries.length
    if (!(await holds())) return { carried }
  }
  return { carried, last: seq }
}
