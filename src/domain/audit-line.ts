import type { AuditEntry } from './audit.ts'

/** One entry as one line of JSON, the same wherever it is written, so that a second copy differs in nothing from the first. */
export function auditLine(entry: AuditEntry): string {
  const { seq, at, action, actor, subject, accountId, detail, previousHash, hash } = entry
  const sorted = Object.fromEntries(Object.entries(detail).sort(([a], [b]) => (a < b ? -1 : 1)))
  const told = { seq, at: at.toISOString(), action, actor, subject, accountId: accountId ?? null, detail: sorted }
  return `${JSON.stringify({ stream: 'audit', ...told, previousHash, hash })}\n`
}
