import { index, int, mysqlTable, uniqueIndex } from 'drizzle-orm/mysql-core'
import type { Role } from '../../src/domain/identity.ts'
import type { InvitationId, OperatorId } from '../../src/domain/ids.ts'
import type { KeyChoice } from '../../src/domain/keys.ts'
import { at, createdAt, hash, humanLine, id, jsonText, platformRef, sealed, version, word } from './columns.ts'

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
    /** What their authenticator app counts with, sealed and bound to this row; empty without a second factor. */
    totpSeed: sealed(),
    totpSince: at(),
    /** The newest 30-second step whose code was taken; no code of it or before it is taken again. */
    totpLastStep: int(),
    /** Keys of the console that are not the usual ones. */
    keys: jsonText<KeyChoice>()(),
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

/** A way in once the authenticator app is lost: each works once, and only its keyed hash is kept. */
export const recoveryCodes = mysqlTable(
  'recovery_codes',
  {
    codeHash: hash().primaryKey(),
    operatorId: id<OperatorId>().notNull(),
    usedAt: at(),
    createdAt: createdAt(),
  },
  (t) => [index('recovery_codes_operator').on(t.operatorId)],
)

/** A one-time link by which somebody becomes an operator, or by which an operator sets a new password. */
export const invitations = mysqlTable(
  'invitations',
  {
    id: id<InvitationId>().primaryKey(),
    tokenHash: hash().notNull(),
    kind: word<'join' | 'password'>().notNull(),
    email: humanLine().notNull(),
    /** What they will be; an operator who only gets a new password stays what they are. */
    role: word<Role>(),
    operatorId: id<OperatorId>(),
    /** An operator, or the command line. */
    invitedBy: word<OperatorId>().notNull(),
    expiresAt: at().notNull(),
    usedAt: at(),
    revokedAt: at(),
    createdAt: createdAt(),
  },
  (t) => [uniqueIndex('invitations_token').on(t.tokenHash), index('invitations_open').on(t.usedAt, t.expiresAt)],
)

/** Wrong passwords and codes of late, by account and by address; kept here so that every web process counts together. */
export const signInThrottles = mysqlTable('sign_in_throttles', {
  /** Keyed hash of what is counted and of whom or where. */
  keyHash: hash().primaryKey(),
  failures: int().notNull(),
  /** Nothing is looked at before this instant. */
  blockedUntil: at().notNull(),
  lastAt: at().notNull(),
  version: version(),
  createdAt: createdAt(),
})
