import { int, mysqlTable } from 'drizzle-orm/mysql-core'
import { at, createdAt, hash, platformRef, version } from './columns.ts'

/** Since when each secret of the configuration has been the same. Nobody finds the secret from what is kept of it. */
export const secretAges = mysqlTable('secret_ages', {
  /** Of its variable. */
  name: platformRef().primaryKey(),
  /** Keyed. */
  fingerprint: hash().notNull(),
  firstSeenAt: at().notNull(),
  /** The last reminder that was given, in days before it is due. */
  told: int(),
  version: version(),
  createdAt: createdAt(),
})
