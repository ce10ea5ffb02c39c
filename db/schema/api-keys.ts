import { bigint, index, mysqlTable, primaryKey, uniqueIndex } from 'drizzle-orm/mysql-core'
import type { KeyEnvironment } from '../../src/domain/api-key.ts'
import type { Scope } from '../../src/domain/identity.ts'
import type { AccountId, ApiKeyId } from '../../src/domain/ids.ts'
import { at, createdAt, hash, humanLine, id, jsonText, platformRef, version, word } from './columns.ts'

/** What a program proves with who it is. The key itself is shown once and kept nowhere. */
export const apiKeys = mysqlTable(
  'api_keys',
  {
    id: id<ApiKeyId>().primaryKey(),
    name: humanLine().notNull(),
    environment: word<KeyEnvironment>().notNull(),
    /** Its first characters, by which a person tells it from others. */
    hint: word<string>().notNull(),
    /** Keyed hash of the whole key. */
    keyHash: hash().notNull(),
    scopes: jsonText<Scope[]>()().notNull(),
    /** The accounts it is kept to; null for all. */
    accountIds: jsonText<AccountId[]>()(),
    /** An operator, or `cli`. */
    createdBy: platformRef().notNull(),
    expiresAt: at(),
    revokedAt: at(),
    /** The key that takes its place; until it expires both work. */
    replacedBy: id<ApiKeyId>(),
    lastUsedAt: at(),
    version: version(),
    createdAt: createdAt(),
  },
  (t) => [uniqueIndex('api_keys_hash').on(t.keyHash), index('api_keys_recent').on(t.createdAt, t.id)],
)

/** How often a key was used on each route. */
export const apiKeyUses = mysqlTable(
  'api_key_uses',
  {
    keyId: id<ApiKeyId>().notNull(),
    /** As the table of access names it, such as `GET /api/v1/drafts/:id`. */
    route: platformRef().notNull(),
    uses: bigint({ mode: 'number' }).notNull(),
    lastAt: at().notNull(),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.keyId, t.route] })],
)
