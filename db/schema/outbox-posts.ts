import { index, int, mysqlTable, uniqueIndex } from 'drizzle-orm/mysql-core'
import type { AccountId, ConversationId, DecisionId, PostId } from '../../src/domain/ids.ts'
import type { PostKind, PostStatus } from '../../src/domain/outbox.ts'
import type { Platform } from '../../src/domain/platform.ts'
import { at, createdAt, hash, humanLine, humanText, id, platformRef, version, word } from './columns.ts'

/**
 * Approved text addressed to one contact. Review inserts it in the transaction of its approval; the sender claims it
 * (`queued` to `sending`, fence + 1) and settles it with the fence it claimed with. The sweep turns a `sending` whose
 * lease ran out into `uncertain`; only an echo, a read-back or a person moves it on from there.
 */
export const outboxPosts = mysqlTable(
  'outbox_posts',
  {
    id: id<PostId>().primaryKey(),
    decisionId: id<DecisionId>().notNull(),
    accountId: id<AccountId>().notNull(),
    conversationId: id<ConversationId>().notNull(),
    platform: word<Platform>().notNull(),
    kind: word<PostKind>().notNull().default('message'),
    /** The contact; for every other kind than a message the comment. */
    recipientRef: platformRef().notNull(),
    text: humanText().notNull(),
    textHash: hash().notNull(),
    status: word<PostStatus>().notNull(),
    /** End of the undo time. */
    notBefore: at().notNull(),
    /** After a throttle or a retry: not before this instant. */
    waitUntil: at(),
    fence: int().notNull().default(0),
    leaseUntil: at(),
    attempts: int().notNull().default(0),
    /** The platform's id, once an answer or an echo has named it. */
    messageRef: platformRef(),
    /** Why it rests where it rests: a platform code such as `10/2534022`, and the words for an operator. */
    outcomeCode: word<string>(),
    outcomeNote: humanLine(),
    sentAt: at(),
    version: version(),
    createdAt: createdAt(),
    updatedAt: at().notNull(),
  },
  (t) => [
    uniqueIndex('outbox_posts_decision').on(t.decisionId),
    index('outbox_posts_conversation').on(t.conversationId, t.status, t.id),
    index('outbox_posts_status').on(t.status, t.updatedAt, t.id),
    index('outbox_posts_words').on(t.accountId, t.textHash, t.createdAt),
    index('outbox_posts_message').on(t.accountId, t.messageRef),
  ],
)
