import { bigint, index, mysqlTable, uniqueIndex } from 'drizzle-orm/mysql-core'
import type { OperatorId, PasskeyId } from '../../src/domain/ids.ts'
import { at, createdAt, credentialRef, hash, humanLine, id, jsonText, sealed, version } from './columns.ts'

/** A device or key by which an operator shows who they are. */
export const passkeys = mysqlTable(
  'passkeys',
  {
    id: id<PasskeyId>().primaryKey(),
    operatorId: id<OperatorId>().notNull(),
    /** As its owner calls it. */
    name: humanLine().notNull(),
    credentialRef: credentialRef().notNull(),
    credentialHash: hash().notNull(),
    /** Whose it is and its public key, bound to this row: a key that was put here or moved to another operator opens nothing. */
    sealedKey: sealed().notNull(),
    /** How often the device says it was used; zero with those that do not count. */
    signCount: bigint({ mode: 'number' }).notNull(),
    /** By which ways the browser reaches it. */
    transports: jsonText<string[]>()().notNull(),
    lastUsedAt: at(),
    version: version(),
    createdAt: createdAt(),
  },
  (t) => [uniqueIndex('passkeys_credential').on(t.credentialHash), index('passkeys_operator').on(t.operatorId, t.id)],
)

/** What a browser was asked to sign. Each way in has one open question at most, which is answered once. */
export const passkeyChallenges = mysqlTable(
  'passkey_challenges',
  {
    /** Keyed hash of what is asked for, and of the session or the sign-in it is asked in. */
    askedHash: hash().primaryKey(),
    challengeHash: hash().notNull(),
    operatorId: id<OperatorId>().notNull(),
    expiresAt: at().notNull(),
    createdAt: createdAt(),
  },
  (t) => [index('passkey_challenges_expiry').on(t.expiresAt), index('passkey_challenges_operator').on(t.operatorId)],
)
