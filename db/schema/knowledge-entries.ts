import { index, mysqlTable } from 'drizzle-orm/mysql-core'
import type { AccountId, EntryId } from '../../src/domain/ids.ts'
import { at, createdAt, humanLine, humanText, id, version } from './columns.ts'

/** A passage an operator wrote, which a draft may cite. */
export const knowledgeEntries = mysqlTable(
  'knowledge_entries',
  {
    id: id<EntryId>().primaryKey(),
    accountId: id<AccountId>().notNull(),
    title: humanLine().notNull(),
    body: humanText().notNull(),
    version: version(),
    createdAt: createdAt(),
    updatedAt: at().notNull(),
  },
  (t) => [index('knowledge_entries_account').on(t.accountId, t.id)],
)
