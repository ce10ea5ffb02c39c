import { appendAudits } from '#db/audit.ts'
import { type Database, inTransaction } from '#db/client.ts'
import { auditCheckpoints, auditEntries, auditFollowers, auditHeads } from '#db/schema/audit-entries.ts'
import { leases } from '#db/schema/switches.ts'
import type { AuditEvent } from '#src/domain/audit.ts'
import { createSignAudit } from '#src/flow/sign-audit.ts'
import { generateApprovalKeys } from '#src/vault/approvals.ts'
import { createCheckpointSigner } from '#src/vault/checkpoints.ts'
import { Secret } from '#src/vault/secret.ts'

export const START_MS = 1_763_800_000_000

export function anEvent(n: number, changed: Partial<AuditEvent> = {}): AuditEvent {
  return {
    action: 'draft.approved',
    actor: { kind: 'operator', id: `opr_${n}` },
    subject: { kind: 'draft', id: `drf_${n}` },
    detail: { z: n, a: 'x', edited: false, none: null },
    at: new Date(START_MS + n),
    ...changed,
  }
}

export const append = (db: Database, events: AuditEvent[]) => inTransaction(db, (tx) => appendAudits(tx, events))

/** As it is before the first entry. */
export async function emptyAudit(db: Database): Promise<void> {
  for (const table of [auditEntries, auditHeads, auditCheckpoints, auditFollowers, leases]) await db.delete(table)
}

/** A chain of that many entries, and nothing else. */
export async function aChain(db: Database, length: number): Promise<void> {
  await emptyAudit(db)
  await append(
    db,
    Array.from({ length }, (_, i) => anEvent(i + 1)),
  )
}

/** A web process as far as it signs; its clock stands where the entries' times do. */
export function aSigner(db: Database, { clock = { ms: START_MS }, keys = generateApprovalKeys() } = {}) {
  const { sign, isSigned } = createCheckpointSigner(new Secret(keys.privateKey))
  const told: object[] = []
  const now = () => new Date(clock.ms)
  const tell = (checkpoint: object) => void told.push(checkpoint)
  const look = createSignAudit({ db, sign, isSigned, publish: () => undefined, now, tell })
  return { look, sign, isSigned, told, clock, keys }
}
