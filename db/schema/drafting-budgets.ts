import { bigint, mysqlTable, primaryKey } from 'drizzle-orm/mysql-core'
import type { AccountId } from '../../src/domain/ids.ts'
import { createdAt, id, version, word } from './columns.ts'

/** What drafting cost an account on one UTC day (`2026-11-22`); reserved before a call, settled after it. */
export const draftingBudgets = mysqlTable(
  'drafting_budgets',
  {
    accountId: id<AccountId>().notNull(),
    day: word<string>().notNull(),
    reservedMicros: bigint({ mode: 'number' }).notNull().default(0),
    spentMicros: bigint({ mode: 'number' }).notNull().default(0),
    version: version(),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.accountId, t.day] })],
)
