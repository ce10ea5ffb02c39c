import type { AccountId } from './ids.ts'

/** Every action that leaves an entry; this list is closed. */
export const auditActions = [
  'operator.created',
  'operator.signed_in',
  'operator.sign_in_refused',
  'operator.signed_out',
  'operator.assigned',
  'operator.unassigned',
  'operator.vouched',
  'key.created',
  'key.rotated',
  'key.revoked',
  'alert.acknowledged',
  'operator.factor_refused',
  'operator.factor_added',
  'operator.factor_reset',
  'operator.recovery_codes_made',
  'operator.passkey_added',
  'operator.passkey_removed',
  'operator.passkey_used',
  'operator.passkey_refused',
  'operator.confirmed',
  'operator.confirmation_refused',
  'operator.session_reused',
  'operator.sessions_ended',
  'operator.password_changed',
  'operator.password_link_made',
  'operator.invited',
  'operator.invitation_revoked',
  'operator.role_changed',
  'operator.disabled',
  'operator.enabled',
  'account.added',
  'login.refused',
  'account.configured',
  'account.second_proposed',
  'account.second_changed',
  'account.stopped',
  'account.resumed',
  'account.deauthorized',
  'knowledge.saved',
  'knowledge.removed',
  'draft.approved',
  'draft.rejected',
  'draft.endorsed',
  'conversation.dismissed',
  'conversation.snoozed',
  'conversation.assigned',
  'note.added',
  'note.removed',
  'template.saved',
  'template.removed',
  'rule.saved',
  'rule.moved',
  'rule.removed',
  'rule.applied',
  'post.cancelled',
  'post.sent',
  'post.failed',
  'post.uncertain',
  'post.settled',
  'post.refused',
  'post.brought_back',
  'queue.tampered',
  'credential.renewed',
  'credential.refused',
  'credential.changed',
  'subscription.renewed',
  'subscription.refused',
  'message.erased',
  'contact.opted_out',
  'contact.exported',
  'contact.erased',
  'deletion.requested',
  'deletion.done',
  'sending.stopped',
  'sending.resumed',
  'keys.rotated',
  'audit.exported',
  'insight.exported',
  'incident.opened',
  'incident.revoked',
  'incident.closed',
  'address.blocked',
  'address.unblocked',
] as const
export type AuditAction = (typeof auditActions)[number]

export interface AuditEvent {
  action: AuditAction
  actor: { kind: 'operator' | 'key' | 'process' | 'platform'; id: string }
  subject: { kind: string; id: string }
  /** The account it concerns, where there is one; need not be named when the subject is that account. */
  accountId?: AccountId | null
  /** Ids, hashes and codes; no customer text and no secret. */
  detail: Record<string, string | number | boolean | null>
  at: Date
}

export interface AuditLink extends AuditEvent {
  seq: number
  previousHash: string
}

/** A link with the hash that the next one follows on. */
export interface AuditEntry extends AuditLink {
  hash: string
}

/** Which entries somebody wants to see. */
export interface AuditFilter {
  action?: AuditAction | undefined
  actorId?: string | undefined
  accountId?: AccountId | undefined
  /** From this moment on. */
  since?: Date | undefined
  /** Before this moment. */
  until?: Date | undefined
}

/** The account under which an entry is found. */
export function accountOf({ accountId, subject }: Pick<AuditEvent, 'accountId' | 'subject'>): AccountId | null {
  return accountId ?? (subject.kind === 'account' ? (subject.id as AccountId) : null)
}

/** The text whose hash is the entry's own; it holds the previous hash, so entries form a chain. Keys of `detail` are sorted: a database may reorder them. */
export function auditText({ seq, previousHash, at, actor, action, subject, accountId, detail }: AuditLink): string {
  const sorted = Object.entries(detail).sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([
    seq,
    previousHash,
    at.getTime(),
    actor.kind,
    actor.id,
    action,
    subject.kind,
    subject.id,
    sorted,
    // Entries from before there was one stay as they were hashed.
    ...(accountId ? [accountId] : []),
  ])
}

/** How the chain stood at a moment: what is signed. */
export interface Checkpoint {
  /** Without gaps, so that a missing one is seen. */
  number: number
  seq: number
  hash: string
  at: Date
}

export interface SignedCheckpoint extends Checkpoint {
  /** Base64. */
  signature: string
}

/** The bytes under a checkpoint's signature; the word in front keeps them apart from anything else a key might sign. */
export function checkpointBytes({ number, seq, hash, at }: Checkpoint): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(['countersign audit checkpoint', number, seq, hash, at.getTime()]))
}
