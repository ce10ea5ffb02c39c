import { index, mysqlTable } from 'drizzle-orm/mysql-core'
import { at, createdAt, platformRef, word } from './columns.ts'

/** Addresses that are refused for a while, of an IPv6 address its 64 bits; gone when the while is over. */
export const addressBlocks = mysqlTable(
  'address_blocks',
  {
    network: platformRef().primaryKey(),
    reason: word<'person' | 'signatures' | 'sign_in' | 'probing'>().notNull(),
    until: at().notNull(),
    createdAt: createdAt(),
  },
  (t) => [index('address_blocks_until').on(t.until)],
)
