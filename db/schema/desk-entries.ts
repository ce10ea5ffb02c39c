import { boolean, mysqlTable } from 'drizzle-orm/mysql-core'
import type { ConversationId, MessageId, OperatorId } from '../../src/domain/ids.ts'
import type { RiskKind } from '../../src/domain/second.ts'
import { at, createdAt, humanLine, id, version, word } from './columns.ts'

/** Where somebody put a conversation on the desk: with a colleague, or aside until later. A row of its own, so that receiving never waits for it. */
export const deskEntries = mysqlTable('desk_entries', {
  conversationId: id<ConversationId>().primaryKey(),
  assigneeId: id<OperatorId>(),
  snoozedUntil: at(),
  /** The newest message when it was put aside; a newer one brings it back. */
  snoozedHeadId: id<MessageId>(),
  /** What the account's rules said of what was last written here. */
  label: humanLine(),
  isUrgent: boolean().notNull().default(false),
  risk: word<RiskKind>(),
  version: version(),
  createdAt: createdAt(),
  updatedAt: at().notNull(),
})
