import type { AuditEntry, AuditFilter, Checkpoint } from '#src/domain/audit.ts'
import type { SnoozeHours } from '#src/domain/desk.ts'
import type { Reach } from '#src/domain/identity.ts'
import type {
  AccountId,
  ContactId,
  ConversationId,
  DraftId,
  EntryId,
  LoginId,
  MediaId,
  MessageId,
  NoteId,
  OperatorId,
  PostId,
  SessionId,
  TemplateId,
  ViewId,
} from '#src/domain/ids.ts'
import type { InsightQuery } from '#src/domain/insight.ts'
import type { ConnectedAccount, LoginEnd, LoginView } from '#src/domain/login.ts'
import type { MediaType } from '#src/domain/media.ts'
import type { Platform } from '#src/domain/platform.ts'
import type { Report } from '#src/domain/report.ts'
import type { ReplyWay, ReviewDecision, Seen } from '#src/domain/review.ts'
import type { Counter } from '#src/http/rate.ts'
import type { ContactVerbs } from './contact-views.ts'
import type {
  AssignVerbs,
  KeyVerbs,
  OwnVerbs,
  PeopleVerbs,
  PreferenceVerbs,
  PresenceVerbs,
  Session,
  SignInVerbs,
} from './people-verbs.ts'
import type { Reads } from './reads.ts'
import type { RuleVerbs } from './rule-verbs.ts'

/** A post that was made; an answer in two places makes two. */
interface Made {
  postId: PostId
  sendsAt: Date
}

export interface ReviewVerbs {
  decide(input: {
    draftId: DraftId
    decision: ReviewDecision
    way?: ReplyWay
    operatorId: OperatorId
    givenBy: 'console'
  }): Promise<Made[]>
  /** Each for itself; throws `invalid_input` for too many. */
  approveMany(input: {
    picks: readonly { draftId: DraftId; seen: Seen }[]
    operatorId: OperatorId
  }): Promise<({ draftId: DraftId; postId: PostId } | { draftId: DraftId; refusal: string })[]>
  answer(input: {
    conversationId: ConversationId
    text: string
    way?: ReplyWay
    headMessageId: MessageId
    operatorId: OperatorId
    givenBy: 'console'
  }): Promise<Made[]>
  moderate(input: {
    conversationId: ConversationId
    kind: 'hide' | 'unhide' | 'delete'
    headMessageId: MessageId
    operatorId: OperatorId
    givenBy: 'console'
  }): Promise<Made[]>
  redraft(input: { conversationId: ConversationId; instruction: string; operatorId: OperatorId }): Promise<unknown>
  dismiss(input: { conversationId: ConversationId; headMessageId: MessageId; operatorId: OperatorId }): Promise<unknown>
  undo(input: { postId: PostId; operatorId: OperatorId }): Promise<unknown>
  settle(input: { postId: PostId; operatorId: OperatorId; arrived: boolean }): Promise<unknown>
  /** The words of a reply that did not arrive wait for a new approval. */
  bringBack(input: { postId: PostId; operatorId: OperatorId }): Promise<unknown>
}

interface OnConversation {
  conversationId: ConversationId
  operatorId: OperatorId
}

/** What operators do with a conversation among themselves. */
export interface DeskVerbs {
  note(input: OnConversation & { text: string }): Promise<void>
  removeNote(input: OnConversation & { noteId: NoteId }): Promise<void>
  /** Without `hours`: taken up again. */
  snooze(input: OnConversation & { hours: SnoozeHours | undefined; headMessageId: MessageId }): Promise<void>
  assign(input: OnConversation & { assigneeId: OperatorId | undefined }): Promise<void>
  optOut(input: OnConversation & { headMessageId: MessageId }): Promise<void>
}

/** Choices of the queue that one operator keeps. */
export interface ViewVerbs {
  save(input: { operatorId: OperatorId; name: string; query: string }): Promise<void>
  remove(input: { viewId: ViewId; operatorId: OperatorId }): Promise<void>
}

interface ByOnAccount {
  accountId: AccountId
  operatorId: OperatorId
}

export interface ConfigureVerbs {
  saveSettings(
    input: ByOnAccount & {
      voice: string
      seenVoice: string
      quietMs: number
      undoMs: number
      dailyBudgetMicros: number
      humanAgent: boolean
      longAds: boolean
      maskForModel?: boolean
      /** Empty for none. */
      disclosure: string
      disclosureGapMs: number
    },
  ): Promise<void>
  saveKnowledge(
    input: ByOnAccount & { entry?: { id: EntryId; version: number }; title: string; body: string },
  ): Promise<unknown>
  removeKnowledge(input: ByOnAccount & { entryId: EntryId }): Promise<void>
  /** For which replies two people are needed: one admin proposes, another agrees to what was shown. */
  proposeSecond(input: ByOnAccount & { kinds: readonly string[] }): Promise<void>
  confirmSecond(input: ByOnAccount & { kinds: readonly string[] }): Promise<void>
  saveTemplate(
    input: ByOnAccount & {
      template?: { id: TemplateId; version: number }
      title: string
      body: string
      forAll: boolean
    },
  ): Promise<unknown>
  removeTemplate(input: ByOnAccount & { templateId: TemplateId }): Promise<void>
  stopAccount(input: ByOnAccount & { reason: string }): Promise<void>
  resumeAccount(input: ByOnAccount): Promise<void>
  stopSending(input: { operatorId: OperatorId }): Promise<void>
  resumeSending(input: { operatorId: OperatorId }): Promise<void>
  /** The work is done in the background; it cannot be undone. */
  eraseContact(input: { contactId: ContactId; operatorId: OperatorId }): Promise<unknown>
}

/** Who came: a session whose operator may connect, or a browser in which a link was opened. */
export interface Visitor {
  sessionId?: SessionId | undefined
  operatorId?: OperatorId | undefined
  linkCookie?: string | undefined
}

export interface ConnectVerbs {
  /** The variable without which nobody can sign in at this platform; nothing when all is set. */
  lacks: Record<Platform, string | undefined>
  /** The platform's page, to be opened in the browser of this session. */
  begin(input: {
    platform: Platform
    accountId?: AccountId
    operatorId: OperatorId
    sessionId: SessionId
  }): Promise<{ url: string }>
  /** Takes a link that was printed at the command line; throws `forbidden` when it opens nothing. */
  open(link: string): Promise<{ url: string; linkCookie: string }>
  /** Throws `forbidden` with the field `state` when the return is not one that was begun here. */
  finish(returned: {
    platform: Platform
    state: string
    code?: string | undefined
    error?: string | undefined
    visitor: Visitor
  }): Promise<
    | { kind: 'connected'; loginId: LoginId; account: ConnectedAccount }
    | { kind: 'choose'; loginId: LoginId }
    | { kind: 'denied'; loginId: LoginId }
  >
  read(loginId: LoginId, visitor: Visitor): Promise<LoginView>
  choose(input: { loginId: LoginId; accountRefs: readonly string[]; visitor: Visitor }): Promise<LoginEnd>
  /** With a token that somebody pasted. */
  withToken(input: {
    platform: Platform
    token: string
    accountId?: AccountId
    operatorId: OperatorId
  }): Promise<ConnectedAccount>
}

/** A page of entries, and what the people and accounts in it are called. */
export interface AuditPage {
  items: AuditEntry[]
  next: number | undefined
  names: ReadonlyMap<string, string>
}

export interface AuditProof {
  entries: number
  checkpoint: Checkpoint | undefined
  /** Whether the newest checkpoint carries our signature. */
  isSigned: boolean
  /** Something was found that does not fit, and nobody has cleared it up. */
  isBroken: boolean
}

export interface RecordVerbs {
  list(filter: AuditFilter, before: number | undefined, limit: number): Promise<AuditPage>
  proof(): Promise<AuditProof>
  people(): Promise<{ id: string; name: string }[]>
  /** Lines of JSON. */
  export(input: { filter: AuditFilter; operatorId: OperatorId }): Promise<AsyncIterable<string>>
  /** Puts on the record that somebody takes figures out. */
  noteInsight(input: { query: InsightQuery; operatorId: OperatorId }): Promise<void>
}

/** What changed somewhere; a page fetches the rest itself. */
export interface Change {
  topic: 'queue' | 'conversation' | 'outbox' | 'accounts' | 'alerts' | 'presence' | 'sessions'
  id: string
}

/** A file that came with a message. */
export interface OpenedMedia {
  contentType: MediaType
  bytes: number
  read(range?: { start: number; end: number }): ReadableStream<Uint8Array<ArrayBuffer>>
}

export interface ConsoleDeps {
  /** Reads of the accounts within reach; what lies beyond it is not there. */
  reads: (reach: Reach) => Reads
  /** The accounts that an operator sees at this moment. */
  reachOf: (id: OperatorId) => Promise<Reach>
  /** Looks at the whole installation, also outside; takes seconds. */
  examine: () => Promise<Report>
  review: ReviewVerbs
  desk: DeskVerbs
  views: ViewVerbs
  configure: ConfigureVerbs
  rules: RuleVerbs
  contacts: ContactVerbs
  record: RecordVerbs
  connect: ConnectVerbs
  assign: AssignVerbs
  keys: KeyVerbs
  signIn: SignInVerbs
  own: OwnVerbs
  preferences: PreferenceVerbs
  presence: PresenceVerbs
  people: PeopleVerbs
  /** The session of a token of another service that signs people in; then nobody signs in here. */
  bearerOf?: ((token: string) => Promise<Session | undefined>) | undefined
  openMedia: (id: MediaId, reach: Reach) => Promise<OpenedMedia | undefined>
  /** How often a session, an address without one, and a browser that loads a page's parts may ask. */
  counters?: { session: Counter; address: Counter; assets: Counter }
  /** Calls the listener for each change until the answer is called. */
  live: (listener: (change: Change) => void) => () => void
  /** What is out of order right now, in words for an operator; empty when all is well. */
  troubles?: () => string[]
  /** Hears of every error that is nobody's input, to log its safe fields. */
  reportError?: (error: unknown) => void
  config: {
    publicUrl: string
    sandbox: boolean
    sandboxUrl?: string | undefined
    now: () => Date
    /** How often an open event stream says that it lives, and checks that its session does. */
    heartbeatMs?: number
    /** When a request that has no answer gets one. */
    deadlineMs?: number
  }
}
