import { index, mysqlTable } from 'drizzle-orm/mysql-core'
import type { ConversationId, NoteId, OperatorId } from '../../src/domain/ids.ts'
import { createdAt, humanText, id } from './columns.ts'

/** What operators tell each other about a conversation. Never sent; goes when the person is erased. */
export const notes = mysqlTable(
  'notes',
  {
    id: id<NoteId>().primaryKey(),
    conversationId: id<ConversationId>().notNull(),
    operatorId: id<OperatorId>().notNull(),
    text: humanText().notNull(),
    createdAt: createdAt(),
  },
  (t) => [index('notes_conversation').on(t.conversationId, t.id)],
)
