import { createHash } from 'node:crypto'
import { eq } from 'drizzle-orm'
import type { AuditLink } from '#src/domain/audit.ts'
import type { Conn } from './client.ts'
import { type auditEntries, auditHeads } from './schema/audit-entries.ts'

/** What the first entry follows on. */
export const GENESIS = '0'.repeat(64)

/** The link as it was hashed. */
export function linkOf(row: typeof auditEntries.$inferSelect): AuditLink {
  const { seq, previousHash, action, accountId, detail, at } = row
  const actor = { kind: row.actorKind, id: row.actorId }
  const subject = { kind: row.subjectKind, id: row.subjectId }
  return { seq, previousHash, action, actor, subject, accountId, detail, at }
}

/** The end of the chain, as the last append left it. */
export async function readAuditHead(conn: Conn): Promise<{ seq: number; hash: string }> {
  const [head] = await conn
    .select({ seq: auditHeads.seq, hash: auditHeads.hash })
    .from(auditHeads)
    .where(eq(auditHeads.name, 'main'))
  return head ?? { seq: 0, hash: GENESIS }
}

export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
