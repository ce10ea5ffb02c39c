import { bigint, float, index, int, mysqlTable, uniqueIndex } from 'drizzle-orm/mysql-core'
import type { DraftAuthor, DraftStatus } from '../../src/domain/draft.ts'
import type { AccountId, ConversationId, DraftId, EntryId, MessageId, OperatorId } from '../../src/domain/ids.ts'
import { at, createdAt, hash, humanText, id, jsonText, version, word } from './columns.ts'

/** A proposed reply. What a person writes by hand is a draft too, so that every post has the same way out. */
export const drafts = mysqlTable(
  'drafts',
  {
    id: id<DraftId>().primaryKey(),
    accountId: id<AccountId>().notNull(),
    conversationId: id<ConversationId>().notNull(),
    /** Equals the conversation while the draft waits: the unique index allows one waiting draft each. */
    waitingFor: id<ConversationId>(),
    /** Newest message of the conversation when the draft was made. */
    headMessageId: id<MessageId>().notNull(),
    author: word<DraftAuthor>().notNull(),
    operatorId: id<OperatorId>(),
    text: humanText().notNull(),
    textHash: hash().notNull(),
    language: word<string>(),
    confidence: float(),
    rationale: humanText(),
    citations: jsonText<EntryId[]>()().notNull(),
    flags: jsonText<string[]>()().notNull(),
    model: word<string>(),
    promptVersion: int(),
    inputTokens: int().notNull().default(0),
    outputTokens: int().notNull().default(0),
    costMicros: bigint({ mode: 'number' }).notNull().default(0),
    status: word<DraftStatus>().notNull(),
    version: version(),
    createdAt: createdAt(),
    updatedAt: at().notNull(),
  },
  (t) => [uniqueIndex('drafts_waiting').on(t.waitingFor), index('drafts_conversation').on(t.conversationId, t.id)],
)
