import { boolean, index, mysqlTable, uniqueIndex } from 'drizzle-orm/mysql-core'
import type { Attention, NoDraftReason } from '../../src/domain/draft.ts'
import type { AccountId, ContactId, ConversationId, MessageId } from '../../src/domain/ids.ts'
import type { ThreadKind } from '../../src/domain/thread.ts'
import { at, createdAt, humanLine, id, platformRef, version, word } from './columns.ts'

/**
 * The thread between one account and one contact: its direct messages, or one post's comments or mentions.
 * `attention` is the review queue: `review` and `person` are listed, nearest deadline first.
 */
export const conversations = mysqlTable(
  'conversations',
  {
    id: id<ConversationId>().primaryKey(),
    accountId: id<AccountId>().notNull(),
    contactId: id<ContactId>().notNull(),
    kind: word<ThreadKind>().notNull(),
    /** The post that comments or mentions hang on; empty for direct messages. */
    threadRef: platformRef().notNull(),
    /** Newest message in the platform's order, whoever wrote it. */
    headMessageId: id<MessageId>(),
    headAt: at(),
    /** When the contact last did something that opens the reply window. */
    lastInboundAt: at(),
    windowExpiresAt: at(),
    /** The contact has seen our messages up to here. */
    seenAt: at(),
    standby: boolean().notNull().default(false),
    attention: word<Attention>().notNull(),
    /** Why `person`. */
    attentionReason: word<NoDraftReason>(),
    attentionNote: humanLine(),
    /** Sort key of the queue: the window's end, or the far future. */
    deadlineAt: at().notNull(),
    /** While `waiting`: when the contact will have been quiet long enough. */
    draftDueAt: at(),
    /** While a draft is being written: until when nobody else starts one. */
    draftLeaseUntil: at(),
    /** The head that lease is for. */
    draftLeaseHeadId: id<MessageId>(),
    /** An operator's wish for the next draft. */
    draftInstruction: humanLine(),
    version: version(),
    createdAt: createdAt(),
    updatedAt: at().notNull(),
  },
  (t) => [
    uniqueIndex('conversations_thread').on(t.accountId, t.contactId, t.kind, t.threadRef),
    index('conversations_media').on(t.accountId, t.threadRef),
    index('conversations_queue').on(t.attention, t.deadlineAt, t.id),
    index('conversations_due').on(t.attention, t.draftDueAt),
    index('conversations_recent').on(t.headAt, t.id),
  ],
)
