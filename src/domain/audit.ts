/** Every action that leaves an entry. */
export const auditActions = [
  'operator.created',
  'operator.signed_in',
  'operator.sign_in_refused',
  'operator.signed_out',
  'account.added',
  'login.refused',
  'account.configured',
  'account.stopped',
  'account.resumed',
  'account.deauthorized',
  'knowledge.saved',
  'knowledge.removed',
  'draft.approved',
  'draft.rejected',
  'conversation.dismissed',
  'conversation.snoozed',
  'conversation.assigned',
  'note.added',
  'note.removed',
  'template.saved',
  'template.removed',
  'post.cancelled',
  'post.sent',
  'post.failed',
  'post.uncertain',
  'post.settled',
  'post.refused',
  'queue.tampered',
  'credential.renewed',
  'credential.refused',
  'credential.changed',
  'subscription.renewed',
  'subscription.refused',
  'message.erased',
  'contact.opted_out',
  'contact.erased',
  'deletion.requested',
  'deletion.done',
  'sending.stopped',
  'sending.resumed',
] as const
export type AuditAction = (typeof auditActions)[number]

export interface AuditEvent {
  action: AuditAction
  actor: { kind: 'operator' | 'process' | 'platform'; id: string }
  subject: { kind: string; id: string }
  /** Ids, hashes and codes; no customer text and no secret. */
  detail: Record<string, string | number | boolean | null>
  at: Date
}

export interface AuditLink extends AuditEvent {
  seq: number
  previousHash: string
}

/** The text whose hash is the entry's own; it holds the previous hash, so entries form a chain. Keys of `detail` are sorted: a database may reorder them. */
export function auditText({ seq, previousHash, at, actor, action, subject, detail }: AuditLink): string {
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
  ])
}
