import { bigint, index, mysqlTable } from 'drizzle-orm/mysql-core'
import type { AuditAction, AuditEvent } from '../../src/domain/audit.ts'
import type { AccountId } from '../../src/domain/ids.ts'
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
    accountId: id<AccountId>(),
    detail: jsonText<AuditEvent['detail']>()().notNull(),
    at: at().notNull(),
    previousHash: hash().notNull(),
    hash: hash().notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    index('audit_entries_subject').on(t.subjectKind, t.subjectId),
    index('audit_entries_action').on(t.action, t.seq),
    index('audit_entries_actor').on(t.actorId, t.seq),
    index('audit_entries_account').on(t.accountId, t.seq),
    index('audit_entries_at').on(t.at),
  ],
)

/** The end of the chain: one row, locked while an entry is appended, and what shows that a tail was cut off. */
export const auditHeads = mysqlTable('audit_heads', {
  name: id<'main'>().primaryKey(),
  seq: bigint({ mode: 'number' }).notNull(),
  hash: hash().notNull(),
  createdAt: createdAt(),
})

/** What the web process signed: how the chain stood at a moment. Append-only and numbered without gaps. */
export const auditCheckpoints = mysqlTable(
  'audit_checkpoints',
  {
    number: bigint({ mode: 'number' }).primaryKey(),
    seq: bigint({ mode: 'number' }).notNull(),
    hash: hash().notNull(),
    at: at().notNull(),
    signature: platformRef().notNull(),
    createdAt: createdAt(),
  },
  (t) => [index('audit_checkpoints_seq').on(t.seq)],
)

/** How far each follower has carried the entries to where they are kept a second time. */
export const auditFollowers = mysqlTable('audit_followers', {
  name: platformRef().primaryKey(),
  seq: bigint({ mode: 'number' }).notNull(),
  createdAt: createdAt(),
})
