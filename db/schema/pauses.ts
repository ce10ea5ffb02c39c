import { index, mysqlTable } from 'drizzle-orm/mysql-core'
import type { AccountId } from '../../src/domain/ids.ts'
import type { EndpointClass } from '../../src/domain/limit.ts'
import type { Platform } from '../../src/domain/platform.ts'
import { at, createdAt, id, platformRef, version, word } from './columns.ts'

/** What the platforms asked us to leave alone, and until when; one row for each key that the limiter pauses. */
export const pauses = mysqlTable(
  'pauses',
  {
    /** The limiter's own key, so that its memory can be filled again from here. */
    pauseKey: platformRef().primaryKey(),
    platform: word<Platform>().notNull(),
    /** Empty when the whole app waits. */
    accountId: id<AccountId>(),
    scope: word<'account' | 'app'>().notNull(),
    /** Of the account only calls of this class wait; empty when all do. */
    only: word<EndpointClass>(),
    until: at().notNull(),
    /** Such as `usage/95`, or the throttle's own code. */
    code: word<string>().notNull(),
    version: version(),
    createdAt: createdAt(),
    updatedAt: at().notNull(),
  },
  (t) => [index('pauses_present').on(t.until)],
)
