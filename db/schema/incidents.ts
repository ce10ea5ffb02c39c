import { mysqlTable, uniqueIndex } from 'drizzle-orm/mysql-core'
import type { IncidentId } from '../../src/domain/ids.ts'
import { at, createdAt, humanLine, id, word } from './columns.ts'

/** When something was wrong enough to stop all sending: who said so, why, and how it ended. */
export const incidents = mysqlTable(
  'incidents',
  {
    id: id<IncidentId>().primaryKey(),
    /** `open` while it is: the unique index allows one at a time. */
    openKey: word<'open'>(),
    openedBy: humanLine().notNull(),
    reason: humanLine().notNull(),
    closedAt: at(),
    closedBy: humanLine(),
    note: humanLine(),
    createdAt: createdAt(),
  },
  (t) => [uniqueIndex('incidents_open').on(t.openKey)],
)
