import { bigint, index, mysqlTable } from 'drizzle-orm/mysql-core'
import type { AuditAction, AuditEvent } from '../../src/domain/audit.ts'
import { at, createdAt, hash, id, jsonText, platformRef, word } from './columns.ts'

/** Append-only. Each entry's hash covers the one before it. */
export const auditEntries = mysqlTable(
  'audit_entries',
  {
    seq: bigint({ mode: 'number' }).primaryKey(),
    action: word<AuditAction>().notNull(),
    actorKind: word<AuditEvent['actor']['kind']>().notNull(),
    actorId: platformRef().notNull(),
    subjectKind: word<string>().notNull(),
    subjectId: platformRef().notNull(),
    detail: jsonText<AuditEvent['detail']>()().notNull(),
    at: at().notNull(),
    previousHash: hash().notNull(),
    hash: hash().notNull(),
    createdAt: createdAt(),
  },
  (t) => [index('audit_entries_subject').on(t.subjectKind, t.subjectId)],
)

/** The end of the chain: one row, locked while an entry is appended, and what shows that a tail was cut off. */
export const auditHeads = mysqlTable('audit_heads', {
  name: id<'main'>().primaryKey(),
  seq: bigint({ mode: 'number' }).notNull(),
  hash: hash().notNull(),
  createdAt: createdAt(),
})
