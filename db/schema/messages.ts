import { index, int, mysqlTable, uniqueIndex } from 'drizzle-orm/mysql-core'
import type { AccountId, ConversationId, MessageId, PostId } from '../../src/domain/ids.ts'
import type { Attachment, CommentForm, MentionForm, MessageItem } from '../../src/domain/inbox.ts'
import { at, createdAt, humanLine, humanText, id, jsonText, platformRef, version, word } from './columns.ts'

/** One utterance of a conversation. Ordered by the platform's time, then by id. */
export const messages = mysqlTable(
  'messages',
  {
    id: id<MessageId>().primaryKey(),
    accountId: id<AccountId>().notNull(),
    conversationId: id<ConversationId>().notNull(),
    messageRef: platformRef().notNull(),
    direction: word<'inbound' | 'outbound'>().notNull(),
    /** Outbound: from one of our posts, or from the phone or another app. */
    origin: word<'contact' | 'countersign' | 'elsewhere'>().notNull(),
    form: word<MessageItem['form'] | CommentForm | MentionForm>().notNull(),
    /** Emptied when the contact unsends. */
    text: humanText().notNull(),
    attachments: jsonText<Attachment[]>()().notNull(),
    replyToRef: platformRef(),
    /** The other side's present reaction. */
    reaction: humanLine(),
    sentAt: at().notNull(),
    editCount: int().notNull().default(0),
    editedAt: at(),
    deletedAt: at(),
    /** Of a comment: nobody but its author and we see it since. */
    hiddenAt: at(),
    postId: id<PostId>(),
    version: version(),
    createdAt: createdAt(),
  },
  (t) => [
    uniqueIndex('messages_ref').on(t.accountId, t.messageRef),
    index('messages_thread').on(t.conversationId, t.sentAt, t.id),
  ],
)
