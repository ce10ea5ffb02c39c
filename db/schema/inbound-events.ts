import { bigint, index, int, mysqlTable, uniqueIndex } from 'drizzle-orm/mysql-core'
import type { AccountId, ConversationId, EventId } from '../../src/domain/ids.ts'
import type { InboundItem } from '../../src/domain/inbox.ts'
import type { Platform } from '../../src/domain/platform.ts'
import { at, createdAt, hash, humanLine, id, jsonText, platformRef, word } from './columns.ts'

/** One item of a delivery, stored once for ever by its dedupe key, whatever way it is cut and delivered again. */
export const inboundEvents = mysqlTable(
  'inbound_events',
  {
    id: id<EventId>().primaryKey(),
    source: word<Platform>().notNull(),
    dedupeKey: hash().notNull(),
    deliveryId: bigint({ mode: 'number' }).notNull(),
    itemIndex: int().notNull(),
    kind: word<InboundItem['kind']>().notNull(),
    accountRef: platformRef().notNull(),
    /** Empty while no account of ours has this reference. */
    accountId: id<AccountId>(),
    conversationId: id<ConversationId>(),
    /** The message a reaction, an edit, an unsend or a read is about. */
    messageRef: platformRef(),
    /** Why an item is unrecognised; of a mention that was told by ids, what came of asking. */
    reason: humanLine(),
    /** The item's own JSON, kept only for what is unrecognised; of a reaction its emoji, null when it was taken back; of a mention its ids. */
    raw: jsonText<unknown>()(),
    occurredAt: at().notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    uniqueIndex('inbound_events_dedupe').on(t.source, t.dedupeKey),
    index('inbound_events_message').on(t.accountRef, t.messageRef),
    index('inbound_events_kind').on(t.kind, t.id),
  ],
)
