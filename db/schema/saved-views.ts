import { index, mysqlTable } from 'drizzle-orm/mysql-core'
import type { OperatorId, ViewId } from '../../src/domain/ids.ts'
import { createdAt, humanLine, id, platformRef } from './columns.ts'

/** A choice of the queue that one operator keeps. Holds no search, so no words about anybody. */
export const savedViews = mysqlTable(
  'saved_views',
  {
    id: id<ViewId>().primaryKey(),
    operatorId: id<OperatorId>().notNull(),
    name: humanLine().notNull(),
    /** The choice as it stands in an address. */
    query: platformRef().notNull(),
    createdAt: createdAt(),
  },
  (t) => [index('saved_views_operator').on(t.operatorId, t.id)],
)
