import { bigint, mysqlTable } from 'drizzle-orm/mysql-core'
import type { OperatorId } from '../../src/domain/ids.ts'
import { at, createdAt, id, platformRef, word } from './columns.ts'

/** Stop switches that every process reads right before it acts; `sending` holds all posts of all accounts. */
export const switches = mysqlTable('switches', {
  name: word<'sending'>().primaryKey(),
  stoppedAt: at(),
  stoppedBy: id<OperatorId>(),
  createdAt: createdAt(),
})

/** Work that one process at a time may do; the fence tells a holder that woke up late from the present one. */
export const leases = mysqlTable('leases', {
  name: word<'sweep' | 'renew' | 'erase' | 'subscriptions' | 'catch_up' | 'media' | 'audit' | 'remind'>().primaryKey(),
  holder: platformRef().notNull(),
  fence: bigint({ mode: 'number' }).notNull(),
  until: at().notNull(),
  createdAt: createdAt(),
})
