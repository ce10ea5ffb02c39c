import type { Conn } from '#db/client.ts'
import { type AlertKind, openAlertsOf } from '#db/doctor.ts'
import { type DiagnosisCode, type Found, found } from '#src/domain/diagnoses.ts'

/** These are about one account, and the doctor finds them in what is known of it. */
const ofAccount = {
  token_expiring: 'token_ends',
  token_refused: 'token_refused',
  data_access_expiring: 'data_access_ends',
  scope_missing: 'scope_missing',
  subscription_lost: 'app_unsubscribed',
  subscription_refused: 'app_unsubscribed',
  account_stopped: 'account_stopped',
  account_deauthorized: 'deauthorized',
} as const satisfies Partial<Record<AlertKind, DiagnosisCode>>

/** These it knows from the alert alone. */
const ofHouse = {
  claude_rejected_key: 'claude_key_refused',
  claude_spend_limit: 'claude_spend_limit',
  secret_due: 'secret_due',
  budget_nearly_spent: 'budget_low',
  budget_spent: 'budget_spent',
  approval_invalid: 'approval_invalid',
  queue_tampered: 'queue_tampered',
  delivery_failed: 'delivery_failed',
  unknown_account: 'account_unknown',
  platform_pause: 'platform_paused',
  policy_enforcement: 'policy_enforced',
  erasure_waiting: 'erasure_waiting',
  webhooks_missing: 'webhooks_missing',
  audit_broken: 'audit_broken',
  audit_sink: 'audit_copy_behind',
  session_reused: 'session_reused',
  passkey_copied: 'passkey_copied',
  window_closing: 'window_closing',
  window_missed: 'window_missed',
  reminder_failed: 'reminder_failed',
} as const satisfies Partial<Record<AlertKind, DiagnosisCode>>

/** Every kind of alert is a fault that the doctor can name. */
export const diagnosisOfAlert: Readonly<Record<AlertKind, DiagnosisCode>> = { ...ofAccount, ...ofHouse }

/** What open alerts say of the house, each kind once. */
export async function alertFaults(conn: Conn): Promise<Found[]> {
  const open = await openAlertsOf(conn, Object.keys(ofHouse) as (keyof typeof ofHouse)[])
  return open.map(({ kind, count }) => found(diagnosisOfAlert[kind], count > 1 ? `${count} times` : undefined))
}
