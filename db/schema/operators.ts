import { int, mysqlTable, uniqueIndex } from 'drizzle-orm/mysql-core'
import type { Role } from '../../src/domain/identity.ts'
import type { OperatorId } from '../../src/domain/ids.ts'
import { at, createdAt, hash, humanLine, id, platformRef, version, word } from './columns.ts'

/** A person who signs in to the console. */
export const operators = mysqlTable(
  'operators',
  {
    id: id<OperatorId>().primaryKey(),
    name: humanLine().notNull(),
    email: humanLine().notNull(),
    /** Scheme prefix, then bcrypt over a keyed pre-hash. */
    passwordHash: platformRef().notNull(),
    role: word<Role>().notNull(),
    /** Under which name another service knows them, when that one signs people in. */
    subjectRef: platformRef(),
    disabledAt: at(),
    version: version(),
    createdAt: createdAt(),
  },
  (t) => [uniqueIndex('operators_email').on(t.email), uniqueIndex('operators_subject').on(t.subjectRef)],
)

/** The one-time link that makes the first operator. */
export const setupLinks = mysqlTable('setup_links', {
  tokenHash: hash().primaryKey(),
  expiresAt: at().notNull(),
  usedAt: at(),
  createdAt: createdAt(),
})

/** Wrong passwords of late, by account and by address; kept here so that every web process counts together. */
export const signInThrottles = mysqlTable('sign_in_throttles', {
  /** Keyed hash of the e-mail or the address. */
  keyHash: hash().primaryKey(),
  failures: int().notNull(),
  /** No password is looked at before this instant. */
  blockedUntil: at().notNull(),
  lastAt: at().notNull(),
  version: version(),
  createdAt: createdAt(),
})
