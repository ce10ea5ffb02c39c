import { standingOptOut } from './opt-out.ts'
import type { PostKind } from './outbox.ts'
import type { Platform } from './platform.ts'

/** Whose words a reply is made of: Claude's as they came, Claude's changed by a person, or a person's own. */
export type Provenance = 'drafted' | 'edited' | 'written'

/** Spaces, signs and case alone make no edit: what is reserved for a person's words needs words. */
export function provenanceOf(drafted: string, text: string): Provenance {
  return wordsOf(drafted) === wordsOf(text) ? 'drafted' : 'edited'
}

function wordsOf(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}]+/gu, '')
}

/** All that the rules know of a post. What an optional fact means when it is left out, its line says: the strict reading, or that nobody asked. */
export interface PolicyCase {
  platform: Platform
  kind: PostKind
  text: string
  /** When the reply window closes; undefined when the contact never opened one. */
  windowExpiresAt: Date | undefined
  optedOutAt: Date | undefined
  /** Another app holds the thread. */
  standby: boolean
  /** The comment that is answered or moderated; undefined for messages, and when it is not there any more. */
  comment: CommentFacts | undefined
  /** Left out: the account has no right beyond the ordinary and demands no disclosure. */
  account?: AccountFacts
  /** Left out: drafted, so whatever is reserved for a person's words is denied. */
  provenance?: Provenance
  /** When the contact last wrote; a tap or a reaction is not writing. Left out: never, so no longer window follows from it. */
  lastMessageAt?: Date | undefined
  /** What we last said in this conversation, from here or elsewhere. Left out: nothing yet, so a disclosure is due. */
  lastReply?: { at: Date; by: 'person' | 'draft' } | undefined
  /** How many other contacts of the account got this very text within the last hour. Left out: nobody counted, not asked. */
  sameTextContacts?: number
  /** How many replies left in this conversation within the last hour, without this one. Left out: nobody counted, not asked. */
  repliesLastHour?: number
}

export interface AccountFacts {
  /** Meta has granted the Human Agent feature. Left out: it has not. */
  humanAgent?: boolean
  /** The account says that it answers with a machine's help. Left out: it need not. */
  disclosure?: Disclosure | undefined
}

export interface Disclosure {
  /** Stands in the reply, but for case and spaces. */
  sentence: string
  /** A silence of ours as long as this makes it due again, in ms. */
  gapMs: number
}

/** What matters about a comment that somebody wants to answer: one that a contact wrote, for none of our own is ever looked up. */
export interface CommentFacts {
  hidden: boolean
  /** Under a live video. */
  live: boolean
  /** Its author has had the one private reply to it, or one is on its way. */
  answeredPrivately: boolean
  /** When it was written. Left out: the reply window is the time left to answer it privately, and a live one cannot be. */
  at?: Date | undefined
  /** When the newest comment under the same live video was written: the broadcast was still on then. Left out: none but this one. */
  liveSeenAt?: Date | undefined
  /** It stands under somebody else's post, or is such a post. Left out: under one of ours. */
  elsewhere?: boolean
  /** It stands below another comment, and the call names it all the same. Left out: it does not, or the call names the other. */
  nested?: boolean
}

/** What one rule has to say: a deny, or until when it has nothing against the post. Reasons are kept and logged, so none repeats the text. */
export type Finding = { deny: string; since?: Date } | { until: Date; tag?: 'HUMAN_AGENT' }

/** What the rows of a conversation, of its account and of its contact say. */
export interface Standing {
  account: { platform: Platform; humanAgent: boolean; disclosure: string | null; disclosureGapMs: number }
  contact: { optedOutAt: Date | null }
  conversation: { windowExpiresAt: Date | null; lastInboundAt: Date | null; standby: boolean }
}

/** What came before in it. */
export type Past = Pick<PolicyCase, 'comment' | 'lastMessageAt' | 'lastReply' | 'repliesLastHour' | 'sameTextContacts'>

/** The case as every stage puts it before the policy; only what is to be said is missing. */
export function policyCase({ account, contact, conversation }: Standing, past: Past): Open {
  const { platform, humanAgent, disclosure: sentence, disclosureGapMs: gapMs } = account
  return {
    platform,
    account: { humanAgent, disclosure: sentence ? { sentence, gapMs } : undefined },
    windowExpiresAt: conversation.windowExpiresAt ?? undefined,
    optedOutAt: standingOptOut(contact.optedOutAt, conversation.lastInboundAt),
    standby: conversation.standby,
    ...past,
  }
}

export type Open = Omit<PolicyCase, 'kind' | 'text' | 'provenance'>
