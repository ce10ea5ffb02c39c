import { bigint, index, int, mysqlTable, uniqueIndex } from 'drizzle-orm/mysql-core'
import type { Platform } from '../../src/domain/platform.ts'
import { at, createdAt, hash, rawBytes, word } from './columns.ts'

/**
 * One signed request body, byte for byte. The web process inserts, the inbox worker marks it received,
 * the sweep rings again for what stayed `stored`. The digest makes a redelivery of the same bytes cost nothing.
 */
export const webhookDeliveries = mysqlTable(
  'webhook_deliveries',
  {
    id: bigint({ mode: 'number' }).autoincrement().primaryKey(),
    source: word<Platform>().notNull(),
    digest: hash().notNull(),
    /** Label of the secret that signed it. */
    secretLabel: word<string>().notNull(),
    /** Emptied when a message in it was unsent. */
    body: rawBytes().notNull(),
    status: word<'stored' | 'received' | 'failed'>().notNull(),
    attempts: int().notNull().default(0),
    receivedAt: at(),
    createdAt: createdAt(),
  },
  (t) => [
    uniqueIndex('webhook_deliveries_digest').on(t.source, t.digest),
    index('webhook_deliveries_status').on(t.status, t.id),
  ],
)
