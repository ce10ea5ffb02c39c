import type { AccountId, ContactId, ConversationId, NoteId, OperatorId, PostId } from '#src/domain/ids.ts'
import type { PostKind, PostStatus } from '#src/domain/outbox.ts'
import type { Platform } from '#src/domain/platform.ts'
import type { Cursor, ListItem } from './views.ts'

export interface ContactQuery {
  search?: string
  accountId?: AccountId
  before?: Cursor
}

export interface ContactLine {
  id: ContactId
  contactName: string | null
  contactUsername: string | null
  accountId: AccountId
  accountName: string
  platform: Platform
  optedOutAt: Date | null
  createdAt: Date
  /** When they last wrote. */
  lastAt: Date | null
}

/** One person, newest first in everything. */
export interface ContactView extends ContactLine {
  conversations: ListItem[]
  posts: {
    id: PostId
    conversationId: ConversationId
    text: string
    status: PostStatus
    kind: PostKind
    sentAt: Date | null
    createdAt: Date
  }[]
  notes: { id: NoteId; conversationId: ConversationId; text: string; by: string | null; createdAt: Date }[]
}

export interface ContactVerbs {
  /** JSON, some at a time; on the record before the first word. */
  export(input: { contactId: ContactId; operatorId: OperatorId }): Promise<AsyncIterable<string>>
}
