import { mysqlTable } from 'drizzle-orm/mysql-core'
import type { OperatorId } from '../../src/domain/ids.ts'
import { at, createdAt, id, jsonText } from './columns.ts'

/** How one operator likes the console. */
export const preferences = mysqlTable('preferences', {
  operatorId: id<OperatorId>().primaryKey(),
  /** The keys that were changed, by what they do; `off` turns all single keys off. */
  keys: jsonText<Record<string, string>>()().notNull(),
  createdAt: createdAt(),
  updatedAt: at().notNull(),
})
