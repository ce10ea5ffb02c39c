import { index, int, mysqlTable, uniqueIndex } from 'drizzle-orm/mysql-core'
import type { AccountId, AlertId } from '../../src/domain/ids.ts'
import { at, createdAt, humanLine, id, platformRef, version, word } from './columns.ts'

export const alertKinds = [
  'token_expiring',
  'token_refused',
  'data_access_expiring',
  'scope_missing',
  'subscription_lost',
  'subscription_refused',
  'account_stopped',
  'budget_nearly_spent',
  'budget_spent',
  'claude_rejected_key',
  'claude_spend_limit',
  'approval_invalid',
  'queue_tampered',
  'delivery_failed',
  'unknown_account',
  'platform_pause',
  'policy_enforcement',
  'account_deauthorized',
  'erasure_waiting',
  'webhooks_missing',
  'audit_broken',
  'audit_sink',
  'session_reused',
  'secret_due',
  'window_closing',
  'window_missed',
  'reminder_failed',
  'passkey_copied',
] as const

/** Something an operator should know. While it is open it counts instead of repeating itself. */
export const alerts = mysqlTable(
  'alerts',
  {
    id: id<AlertId>().primaryKey(),
    /** Kind and subject while open, empty once resolved: the unique index allows one open alert each. */
    openKey: platformRef(),
    kind: word<(typeof alertKinds)[number]>().notNull(),
    severity: word<'info' | 'warning' | 'critical'>().notNull(),
    accountId: id<AccountId>(),
    text: humanLine().notNull(),
    count: int().notNull().default(1),
    lastAt: at().notNull(),
    resolvedAt: at(),
    /** Somebody has taken note: an operator or an API key. It stays open until what it tells of is over. */
    acknowledgedAt: at(),
    acknowledgedBy: platformRef(),
    version: version(),
    createdAt: createdAt(),
  },
  (t) => [uniqueIndex('alerts_open').on(t.openKey), index('alerts_recent').on(t.lastAt)],
)
