import { index, mysqlTable, uniqueIndex } from 'drizzle-orm/mysql-core'
import type { OperatorId, SessionId } from '../../src/domain/ids.ts'
import { at, createdAt, hash, id } from './columns.ts'

/** A signed-in browser; only the keyed hash of its token is kept. */
export const sessions = mysqlTable(
  'sessions',
  {
    id: id<SessionId>().primaryKey(),
    operatorId: id<OperatorId>().notNull(),
    tokenHash: hash().notNull(),
    lastSeenAt: at().notNull(),
    expiresAt: at().notNull(),
    endedAt: at(),
    createdAt: createdAt(),
  },
  (t) => [uniqueIndex('sessions_token').on(t.tokenHash), index('sessions_operator').on(t.operatorId)],
)
