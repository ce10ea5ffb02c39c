import { index, mysqlTable, uniqueIndex } from 'drizzle-orm/mysql-core'
import type { AccountId, LoginId, OperatorId } from '../../src/domain/ids.ts'
import type { LoginEnd, LoginStatus } from '../../src/domain/login.ts'
import type { Platform } from '../../src/domain/platform.ts'
import { at, createdAt, hash, id, jsonText, version, word } from './columns.ts'

/** An account that may be connected: by which name, what its person may do there, and its token, sealed for this row. */
export interface LoginChoice {
  accountRef: string
  name: string
  tasks: string[]
  sealedToken: string
}

/** Somebody on their way to a platform and back, to allow us an account. Of everything that opens a door only keyed hashes are kept. */
export const accountLogins = mysqlTable(
  'account_logins',
  {
    id: id<LoginId>().primaryKey(),
    platform: word<Platform>().notNull(),
    status: word<LoginStatus>().notNull(),
    /** The account that is to be connected again; null when any may be. */
    accountId: id<AccountId>(),
    /** Null when it was begun at the command line. */
    operatorId: id<OperatorId>(),
    /** The only browser that may come back; null until a link has been opened in one. */
    browserHash: hash(),
    linkHash: hash(),
    stateHash: hash(),
    /** Until somebody has chosen; a day later the whole row is gone. */
    choices: jsonText<LoginChoice[]>()(),
    result: jsonText<LoginEnd>()(),
    expiresAt: at().notNull(),
    version: version(),
    createdAt: createdAt(),
    updatedAt: at().notNull(),
  },
  (t) => [
    uniqueIndex('account_logins_link').on(t.linkHash),
    uniqueIndex('account_logins_state').on(t.stateHash),
    index('account_logins_end').on(t.expiresAt),
  ],
)
