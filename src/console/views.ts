import type { CredentialStatus } from '#src/domain/credential.ts'
import type { Attention, DraftAuthor, NoDraftReason } from '#src/domain/draft.ts'
import type {
  AccountId,
  ContactId,
  ConversationId,
  DraftId,
  EntryId,
  MediaId,
  MessageId,
  OperatorId,
  PostId,
} from '#src/domain/ids.ts'
import type { Attachment, CommentForm, MentionForm, MessageItem } from '#src/domain/inbox.ts'
import type { MediaReason, MediaType } from '#src/domain/media.ts'
import type { Outcome, PostKind, PostStatus } from '#src/domain/outbox.ts'
import type { Platform } from '#src/domain/platform.ts'
import type { CommentFacts, Open } from '#src/domain/policy-case.ts'
import type { ThreadKind } from '#src/domain/thread.ts'
import type { Colleague, NoteView, TemplateView } from './desk-views.ts'

/** Where a list goes on: the sort key of its last item. */
export interface Cursor<Id extends string = string> {
  at: Date
  id: Id
}

export interface Page<Item> {
  items: Item[]
  next: Cursor | null
}

interface Party {
  accountId: AccountId
  accountName: string
  platform: Platform
  contactName: string | null
  contactUsername: string | null
}

/** One line of the queue, or of the list of conversations. */
export interface ListItem extends Party {
  id: ConversationId
  kind: ThreadKind
  attention: Attention
  attentionReason: NoDraftReason | null
  windowExpiresAt: Date | null
  deadlineAt: Date
  headAt: Date | null
  headText: string | null
  headForm: MessageView['form'] | null
  headDirection: 'inbound' | 'outbound' | null
  headDeletedAt: Date | null
  draftText: string | null
  draftFlags: string[] | null
  draftConfidence: number | null
  assigneeName: string | null
  /** What a rule says of it. */
  label: string | null
  isUrgent: boolean | null
}

/** A file of ours, to be shown. */
export interface KeptMedia {
  id: MediaId
  status: 'kept'
  contentType: MediaType
  bytes: number
  width: number | null
  height: number | null
}

/** A link that leads to a file stays behind: nobody is to follow it. */
export interface AttachmentView extends Attachment {
  /** Absent when nobody ever set out to fetch it. */
  media?: KeptMedia | { status: 'waiting' | 'failed'; reason: MediaReason | null }
}

export interface MessageView {
  id: MessageId
  messageRef: string
  direction: 'inbound' | 'outbound'
  origin: 'contact' | 'countersign' | 'elsewhere'
  form: MessageItem['form'] | CommentForm | MentionForm
  text: string
  attachments: AttachmentView[]
  replyToRef: string | null
  reaction: string | null
  sentAt: Date
  editedAt: Date | null
  deletedAt: Date | null
  hiddenAt: Date | null
  postId: PostId | null
}

export interface DraftView {
  id: DraftId
  author: DraftAuthor
  text: string
  textHash: string
  language: string | null
  confidence: number | null
  rationale: string | null
  flags: string[]
  model: string | null
  costMicros: number
  createdAt: Date
  /** Who approved it first, when it takes two. */
  second: { by: OperatorId; byName: string; at: Date } | null
  sources: { id: EntryId; title: string; body: string }[]
}

/** A post with who approved it and where it goes. */
export interface PostView extends Party {
  id: PostId
  conversationId: ConversationId
  kind: PostKind
  text: string
  status: PostStatus
  notBefore: Date
  waitUntil: Date | null
  attempts: number
  outcomeCode: string | null
  outcomeNote: string | null
  messageRef: string | null
  sentAt: Date | null
  createdAt: Date
  updatedAt: Date
  approvedBy: string | null
  edited: boolean | null
  accountStoppedAt: Date | null
}

export interface AttemptView {
  postId: PostId
  outcome: Outcome['kind'] | null
  code: string | null
  note: string | null
  createdAt: Date
  finishedAt: Date | null
}

/** What is known about a post of which nobody knows whether it arrived. */
export interface Evidence {
  postId: PostId
  attempts: AttemptView[]
  /** Our side's messages in the thread since the first attempt that no other post claims. */
  candidates: { id: MessageId; text: string; sentAt: Date; origin: 'contact' | 'countersign' | 'elsewhere' }[]
}

/** What an operator had in front of them when they looked; what is not kept any more is null. */
export interface SeenThen {
  message: Pick<MessageView, 'id' | 'text' | 'form' | 'deletedAt'> | null
  draft: Pick<DraftView, 'id' | 'text'> | null
}

export interface DecisionView {
  verdict: 'approve' | 'reject'
  reason: string | null
  by: string | null
  at: Date
}

export interface ConversationView extends Party {
  id: ConversationId
  kind: ThreadKind
  contactId: ContactId
  optedOutAt: Date | null
  /** Nothing of the person is kept any more. */
  erasedAt: Date | null
  standby: boolean
  /** The case of an answer; only what is to be said is missing. */
  policy: Open
  /** Of comments and mentions: the one that would be answered; null when none is left. */
  comment: CommentFacts | null
  attention: Attention
  attentionReason: NoDraftReason | null
  attentionNote: string | null
  headMessageId: MessageId | null
  windowExpiresAt: Date | null
  deadlineAt: Date
  seenAt: Date | null
  draftDueAt: Date | null
  undoMs: number
  accountStoppedAt: Date | null
  accountStoppedReason: string | null
  credentialStatus: CredentialStatus
  /** Oldest first. */
  messages: MessageView[]
  earlier: Cursor | null
  draft: DraftView | null
  /** What we approved lately, oldest first. */
  posts: PostView[]
  lastDecision: DecisionView | null
  /** Where else the same person speaks with the account, newest first. */
  others: { id: ConversationId; kind: ThreadKind }[]
  assigneeId: OperatorId | null
  assigneeName: string | null
  /** Set while it is put aside. */
  snoozedUntil: Date | null
  /** Oldest first. */
  notes: NoteView[]
  /** What can be put into a reply here. */
  templates: TemplateView[]
  /** Whom it can be handed to. */
  colleagues: Colleague[]
}

export type PostGroup = 'uncertain' | 'failed' | 'moving' | 'sent' | 'cancelled'
