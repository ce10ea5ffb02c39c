import { index, int, mysqlTable, uniqueIndex } from 'drizzle-orm/mysql-core'
import type { ConversationId, MediaId, MessageId } from '../../src/domain/ids.ts'
import type { MediaReason, MediaStatus, MediaType } from '../../src/domain/media.ts'
import { at, createdAt, id, version, word } from './columns.ts'

/**
 * The file that came with a message, as far as we have it. Its link stands in the message's attachments alone, its bytes in
 * the folder for media under the row's id, so that nothing here tells anything of anybody.
 */
export const media = mysqlTable(
  'media',
  {
    id: id<MediaId>().primaryKey(),
    messageId: id<MessageId>().notNull(),
    conversationId: id<ConversationId>().notNull(),
    /** Which of the message's attachments. */
    position: int().notNull(),
    status: word<MediaStatus>().notNull(),
    reason: word<MediaReason>(),
    attempts: int().notNull().default(0),
    /** While `waiting`: when it is tried next. */
    dueAt: at().notNull(),
    /** While somebody fetches it. */
    leaseUntil: at(),
    /** By its own bytes, whatever the server called it. */
    contentType: word<MediaType>(),
    bytes: int(),
    width: int(),
    height: int(),
    version: version(),
    createdAt: createdAt(),
    updatedAt: at().notNull(),
  },
  (t) => [
    uniqueIndex('media_attachment').on(t.messageId, t.position),
    index('media_due').on(t.status, t.dueAt),
    index('media_kept').on(t.status, t.createdAt),
    index('media_conversation').on(t.conversationId),
  ],
)
