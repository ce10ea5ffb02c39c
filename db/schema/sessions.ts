import { index, mysqlTable } from 'drizzle-orm/mysql-core'
import type { OperatorId, SessionId } from '../../src/domain/ids.ts'
import { at, createdAt, hash, humanLine, id } from './columns.ts'

/** A signed-in browser. */
export const sessions = mysqlTable(
  'sessions',
  {
    id: id<SessionId>().primaryKey(),
    operatorId: id<OperatorId>().notNull(),
    /** The kind of browser, in words for its owner. */
    agent: humanLine().notNull().default(''),
    /** When the second factor was given; empty for a session that a password alone opened. */
    factorAt: at(),
    /** When the operator last proved who they are. */
    confirmedAt: at(),
    lastSeenAt: at().notNull(),
    expiresAt: at().notNull(),
    endedAt: at(),
    createdAt: createdAt(),
  },
  (t) => [index('sessions_operator').on(t.operatorId), index('sessions_expiry').on(t.expiresAt)],
)

/** What a session is kept going with: each is used once and followed by another. Only keyed hashes are kept. */
export const refreshTokens = mysqlTable(
  'refresh_tokens',
  {
    tokenHash: hash().primaryKey(),
    sessionId: id<SessionId>().notNull(),
    usedAt: at(),
    createdAt: createdAt(),
  },
  (t) => [index('refresh_tokens_session').on(t.sessionId)],
)
