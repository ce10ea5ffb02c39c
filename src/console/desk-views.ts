import type { QueueChoice } from '#src/domain/desk.ts'
import type {
  AccountId,
  ConversationId,
  DraftId,
  MessageId,
  NoteId,
  OperatorId,
  TemplateId,
  ViewId,
} from '#src/domain/ids.ts'
import type { Platform } from '#src/domain/platform.ts'
import type { Cursor } from './views.ts'

export interface NoteView {
  id: NoteId
  text: string
  operatorId: OperatorId
  by: string | null
  createdAt: Date
}

export interface TemplateView {
  id: TemplateId
  /** Empty: for every account. */
  accountId: AccountId | null
  title: string
  body: string
  version: number
}

export interface Colleague {
  id: OperatorId
  name: string
}

export interface QueueLook {
  choice: QueueChoice
  after?: Cursor | undefined
  at: Date
}

/** What can be chosen from. */
export interface Facets {
  accounts: { id: AccountId; name: string; platform: Platform }[]
  languages: string[]
  colleagues: Colleague[]
  /** What this operator keeps. */
  views: { id: ViewId; name: string; query: string }[]
}

/** A draft that asks for no second look, in whole. */
export interface CalmDraft {
  draftId: DraftId
  conversationId: ConversationId
  text: string
  textHash: string
  headMessageId: MessageId | null
  headText: string | null
  windowExpiresAt: Date | null
  contactName: string | null
  contactUsername: string | null
}
