import type { DraftAuthor, DraftStatus } from './draft.ts'
import { AppError } from './errors.ts'
import type { AccountId, ConversationId, DecisionId, DraftId, MessageId, OperatorId, PostId } from './ids.ts'
import type { PostKind } from './outbox.ts'
import type { Platform } from './platform.ts'
import { type Allowance, isAboutWords, judge, type POLICY_VERSION, type PolicyCase } from './policy.ts'
import { type Provenance, provenanceOf } from './policy-case.ts'
import type { ThreadKind } from './thread.ts'

/** What the operator saw when deciding; the decision holds only while all of it is still so. */
export interface Seen {
  /** Hash of the proposed text; see `vault/hash.ts`. */
  textHash: string
  headMessageId: MessageId
}

/** An approval carries the words that go out, so what was read is what is sent. */
export type ReviewDecision =
  | { verdict: 'approve'; text: string; seen: Seen }
  | { verdict: 'reject'; reason: string; seen: Seen }

export interface DraftToDecide {
  status: DraftStatus
  author: DraftAuthor
  text: string
  /** Whose words they are, when the first of two approvals has said so. */
  provenance?: Provenance
  textHash: string
  /** Newest message of the conversation when the draft was made. */
  headMessageId: MessageId
  /** Newest message of the conversation now. */
  currentHeadId: MessageId
  /** Who settled it, for the others who clicked too. */
  decidedBy?: string
}

export type Decided =
  | { status: 'approved'; text: string; edited: boolean; provenance: Provenance; verdicts: Allowance[] }
  | { status: 'rejected'; reason: string }

/** The only way a draft becomes a post, with the policy's verdict for each of `policies`. Pure: the caller stores the answer. Throws `conflict` or `invalid_input`. */
export function decide(
  draft: DraftToDecide,
  decision: ReviewDecision,
  policies: readonly Omit<PolicyCase, 'text' | 'provenance'>[],
  at: Date,
): Decided {
  if (draft.status !== 'pending_review' && draft.status !== 'needs_second') {
    const by = draft.decidedBy ? ` by ${draft.decidedBy}` : ''
    throw new AppError('conflict', `This draft is already ${draft.status}${by}`, { field: 'status' })
  }
  if (draft.currentHeadId !== decision.seen.headMessageId) {
    throw new AppError('conflict', 'A newer message has arrived in this conversation', { field: 'headMessageId' })
  }
  if (draft.textHash !== decision.seen.textHash) {
    throw new AppError('conflict', 'The draft has changed since it was shown', { field: 'textHash' })
  }
  if (decision.verdict === 'reject') return { status: 'rejected', reason: decision.reason.trim() }

  const text = cleanReply(decision.text)
  const provenance = whoseWords(draft, text)
  const verdicts = policies.map((policy) => requireAllowed({ ...policy, text, provenance }, at))
  return { status: 'approved', text, edited: text !== draft.text, provenance, verdicts }
}

function whoseWords({ author, text: proposed, provenance }: DraftToDecide, text: string): Provenance {
  if (author === 'operator') return 'written'
  return provenance !== undefined && text === proposed ? provenance : provenanceOf(proposed, text)
}

/** Throws what a denied reply means to the person who wrote it: 422 for the words, 409 for the moment. */
export function requireAllowed(post: PolicyCase, at: Date): Allowance {
  const verdict = judge(post, at)
  if (verdict.allow) return verdict
  throw new AppError(isAboutWords(verdict.rule) ? 'invalid_input' : 'conflict', verdict.reason, { field: verdict.rule })
}

/** Where the answer to a comment goes: under it, into a direct message to its author, or both. A message and a mention have one way only. */
export const replyWays = ['public', 'private', 'both'] as const
export type ReplyWay = (typeof replyWays)[number]

/** What an answer becomes, in the order in which it leaves. Throws `invalid_input` when a comment is answered without a way, or anything else with one. */
export function kindsOf(conversation: ThreadKind, way: ReplyWay | undefined): PostKind[] {
  if ((conversation !== 'comment') !== (way === undefined)) {
    throw new AppError(
      'invalid_input',
      'A comment is answered in public, privately or both, anything else in its one way',
      { field: 'way' },
    )
  }
  if (way === undefined) return [conversation === 'mention' ? 'mention_reply' : 'message']
  return way === 'both' ? ['public_reply', 'private_reply'] : [`${way}_reply`]
}

/** A form sends CRLF and stray edges; the platform gets what the operator saw. */
export function cleanReply(text: string): string {
  return text.replace(/\r\n?/g, '\n').trim().normalize('NFC')
}

/** Everything a signature vouches for. The sender checks it against the post it is about to send. */
export interface Approval {
  decisionId: DecisionId
  draftId: DraftId
  postId: PostId
  accountId: AccountId
  conversationId: ConversationId
  platform: Platform
  kind: PostKind
  recipientRef: string
  textHash: string
  headMessageId: MessageId
  policyVersion: typeof POLICY_VERSION | number
  provenance: Provenance
  operatorId: OperatorId
  givenBy: 'console' | 'cli'
  /** ms since the epoch. */
  decidedAt: number
  /** What in it may ask for two people, separated by commas; older approvals know nothing of it. */
  risks?: string
  /** The first of two approvals; empty when one was enough. */
  first?: DecisionId | ''
}

/** The first of two approvals: of words and a place, not yet of a post. */
export interface Endorsement {
  endorsed: DecisionId
  draftId: DraftId
  accountId: AccountId
  conversationId: ConversationId
  kinds: string
  textHash: string
  headMessageId: MessageId
  provenance: Provenance
  edited: boolean
  operatorId: OperatorId
  givenBy: Approval['givenBy']
  decidedAt: number
}

const endorsementFields = [
  'endorsed',
  'draftId',
  'accountId',
  'conversationId',
  'kinds',
  'textHash',
  'headMessageId',
  'provenance',
  'edited',
  'operatorId',
  'givenBy',
  'decidedAt',
] as const satisfies readonly (keyof Endorsement)[]

const approvalFields = [
  'decisionId',
  'draftId',
  'postId',
  'accountId',
  'conversationId',
  'platform',
  'kind',
  'recipientRef',
  'textHash',
  'headMessageId',
  'policyVersion',
  'provenance',
  'operatorId',
  'givenBy',
  'decidedAt',
] as const satisfies readonly (keyof Approval)[]

/** The bytes that are signed: each field behind its length, so that no two approvals share them. */
export function approvalBytes(signed: Approval | Endorsement): Uint8Array {
  if ('endorsed' in signed) return bytesOf('countersign.endorsement.v1', signed, endorsementFields)
  if (signed.risks === undefined) return bytesOf('countersign.approval.v3', signed, approvalFields)
  return bytesOf('countersign.approval.v4', signed, [...approvalFields, 'risks', 'first'])
}

function bytesOf<T>(title: string, signed: T, fields: readonly (keyof T & string)[]): Uint8Array {
  const parts = fields.map((field) => {
    const value = String(signed[field])
    return `${field}:${new TextEncoder().encode(value).length}:${value}`
  })
  return new TextEncoder().encode(`${title}\n${parts.join('\n')}`)
}
