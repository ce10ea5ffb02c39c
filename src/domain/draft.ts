import type { AccountId, ConversationId, EntryId } from './ids.ts'
import type { Platform } from './platform.ts'

export const draftStatuses = [
  'pending_review',
  'needs_second',
  'approved',
  'rejected',
  'superseded',
  'expired',
] as const
export type DraftStatus = (typeof draftStatuses)[number]

/** `rule`: a rule put a template there. Only an operator's own words are a person's. */
export const draftAuthors = ['claude', 'operator', 'rule'] as const
export type DraftAuthor = (typeof draftAuthors)[number]

/** What a conversation asks of an operator. `waiting` is the machine's turn, `review` and `person` are ours. */
export const attentions = ['none', 'waiting', 'review', 'person'] as const
export type Attention = (typeof attentions)[number]

/** Why a conversation waits for a person without a draft. Each has its sentence in `noDraftReasons`. */
export const noDraftReasons = {
  needs_person: 'Claude asks for a person',
  no_reply: 'Claude sees nothing to answer',
  refused: 'Claude declined to draft a reply',
  truncated: 'Claude’s answer was cut off',
  invalid_answer: 'Claude’s answer did not pass the checks',
  budget_spent: 'Today’s drafting budget of this account is spent',
  spend_limit: 'The Anthropic account has reached its spend limit',
  claude_unavailable: 'Claude could not be reached',
  claude_rejected_key: 'Claude refused the API key',
  claude_rejected_request: 'Claude refused the request',
  rejected: 'The draft was rejected',
  not_sent: 'The approved reply was not sent',
  window_closed: 'The reply window closed before anyone decided',
  unsupported: 'The platform does not show us this message',
  standby: 'Another app holds this thread',
  not_allowed: 'The platform’s rules allow no reply now',
  opted_out: 'The contact asked not to be written to',
  by_rule: 'A rule leaves this to a person',
} as const

export type NoDraftReason = keyof typeof noDraftReasons

/** One turn of a conversation, as the model and the console read it. */
export interface Turn {
  from: 'contact' | 'us'
  /** Empty when the platform gave no text; `note` then says what came. */
  text: string
  note?: string
  at: Date
}

/** All that a draft is made from. Nothing in it is secret; everything the contact wrote is untrusted. */
export interface DraftRequest {
  conversationId: ConversationId
  accountId: AccountId
  platform: Platform
  accountName: string
  /** How the account wants to sound, in an operator's words. */
  voice: string
  knowledge: { id: EntryId; title: string; body: string }[]
  contactName: string
  /** Oldest first; ends with the contact's unanswered tail. */
  turns: Turn[]
  /** Claude is to read placeholders in the place of what tells about a person. */
  maskForModel?: boolean
  /** An operator's wish for this draft, when it is made anew. */
  instruction?: string
}

export interface Usage {
  inputTokens: number
  outputTokens: number
  /** Price of the call in millionths of a US dollar. */
  costMicros: number
}

/** What the model answered, after our own validation. */
export type DraftAnswer =
  | {
      outcome: 'reply'
      text: string
      /** BCP 47, such as `de`. */
      language: string
      /** 0 to 1. */
      confidence: number
      rationale: string
      citations: EntryId[]
      flags: string[]
      model: string
      usage: Usage
    }
  | { outcome: 'none'; reason: NoDraftReason; note: string; usage: Usage }

/** The drafting room's only export that others call. Throws `platform_unavailable` or `rate_limited` when trying again may help. */
export type DraftReply = (request: DraftRequest, signal?: AbortSignal) => Promise<DraftAnswer>
