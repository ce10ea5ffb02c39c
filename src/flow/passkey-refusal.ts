import { raiseAlert } from '#db/alerts.ts'
import { appendAudit } from '#db/audit.ts'
import type { Transaction } from '#db/client.ts'
import type { OperatorId, PasskeyId } from '#src/domain/ids.ts'
import type { Asking } from './passkey-challenge.ts'
import { aboutOperator } from './session.ts'

export interface Refusal {
  operatorId: OperatorId
  purpose: Asking['purpose']
  /** For the record; whoever was refused is never told. */
  reason: 'unknown' | 'answer' | 'counter'
  passkey?: PasskeyId | undefined
}

/** Puts a refusal on the record. */
export async function refuse(tx: Transaction, { operatorId, purpose, reason, passkey }: Refusal, at: Date) {
  const detail = { for: purpose, reason, ...(passkey && { passkey }) }
  await appendAudit(tx, aboutOperator('operator.passkey_refused', { by: operatorId, operatorId, detail, at }))
}

/** A counter that went back is no mistake: there are two devices with the same key. */
export async function raiseCopied(tx: Transaction, passkey: { id: PasskeyId; name: string }, who: string, at: Date) {
  const text = `The passkey “${passkey.name}” of ${who} may have been copied: it was refused. They should remove it.`
  await raiseAlert(tx, { kind: 'passkey_copied', subject: passkey.id, severity: 'critical', text, at })
}
