import { index, mysqlTable, primaryKey } from 'drizzle-orm/mysql-core'
import type { AccountId, OperatorId } from '../../src/domain/ids.ts'
import { createdAt, id } from './columns.ts'

/** The accounts an operator is kept to. Whoever has no row here sees all of them. */
export const operatorAccounts = mysqlTable(
  'operator_accounts',
  {
    operatorId: id<OperatorId>().notNull(),
    accountId: id<AccountId>().notNull(),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.operatorId, t.accountId] }), index('operator_accounts_account').on(t.accountId)],
)
