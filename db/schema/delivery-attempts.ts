import { index, int, mysqlTable } from 'drizzle-orm/mysql-core'
import type { AccountId, AttemptId, PostId } from '../../src/domain/ids.ts'
import type { EndpointClass } from '../../src/domain/limit.ts'
import type { Outcome } from '../../src/domain/outbox.ts'
import { at, createdAt, humanLine, id, word } from './columns.ts'

/** One call to a platform and what it came to. */
export const deliveryAttempts = mysqlTable(
  'delivery_attempts',
  {
    id: id<AttemptId>().primaryKey(),
    postId: id<PostId>().notNull(),
    accountId: id<AccountId>().notNull(),
    endpointClass: word<EndpointClass>().notNull(),
    fence: int().notNull(),
    outcome: word<Outcome['kind']>(),
    code: word<string>(),
    note: humanLine(),
    finishedAt: at(),
    createdAt: createdAt(),
  },
  (t) => [
    index('delivery_attempts_post').on(t.postId, t.fence),
    index('delivery_attempts_account').on(t.accountId, t.createdAt),
  ],
)
