import { index, mysqlTable } from 'drizzle-orm/mysql-core'
import type { AccountId, TemplateId } from '../../src/domain/ids.ts'
import { at, createdAt, humanLine, humanText, id, version } from './columns.ts'

/** Words of the house that an operator puts into a reply. */
export const templates = mysqlTable(
  'templates',
  {
    id: id<TemplateId>().primaryKey(),
    /** Empty: for every account. */
    accountId: id<AccountId>(),
    title: humanLine().notNull(),
    body: humanText().notNull(),
    version: version(),
    createdAt: createdAt(),
    updatedAt: at().notNull(),
  },
  (t) => [index('templates_account').on(t.accountId, t.title)],
)
