/*
 * Until when a platform lets us answer. What a contact does opens the reply window, and nothing shortens it; a comment alone
 * opens only the way to its one private reply; the words of a person may follow later than those of a machine.
 */
import { type Platform, platformRules } from './platform.ts'
import type { CommentFacts, Finding, PolicyCase } from './policy-case.ts'

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

export const HUMAN_AGENT_MS = 7 * DAY_MS
/**
 * A comment on a live video can be answered privately while the broadcast is on, and no platform tells when it ends. So the
 * newest comment under the video is the last sign of life, and this much longer we take it for alive: enough to read and
 * approve a reply. A longer bound would only have the platform refuse what somebody took the trouble to write.
 */
export const LIVE_MS = 10 * MINUTE_MS

const SENDING = 'https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages'
const POLICY = 'https://developers.facebook.com/documentation/business-messaging/messenger-platform/policy/'

interface OpenerRule {
  source: string
  /** The thread for the platform's reply window, or the comment for one private reply. */
  opens: 'thread' | 'private_reply'
  /** What the platform may grant beyond its reply window; ours only when the account's settings say so. */
  longMs?: number
}

/** What a contact can do to be answered. */
export const openers = {
  message: { source: SENDING, opens: 'thread' },
  /** A tap on a button, a quick reply or an ice breaker. */
  postback: { source: SENDING, opens: 'thread' },
  /** An m.me or ig.me link followed into a thread that exists. */
  link: { source: SENDING, opens: 'thread' },
  /** To one of our messages; taking it back opens nothing. */
  reaction: { source: SENDING, opens: 'thread' },
  /** A first message after a click-to-message ad. Meta "may" give it seven days: nobody is promised them. */
  ad_message: { source: POLICY, opens: 'thread', longMs: 7 * DAY_MS },
  comment: { source: SENDING, opens: 'private_reply' },
} as const satisfies Record<string, OpenerRule>

export type Opener = keyof typeof openers

/** When the window closes that a contact opened at `at`. `longAds`: the account was given the longer window. */
export function windowEnd(opener: Opener, at: Date, account: { platform: Platform; longAds: boolean }): Date {
  const { opens, longMs = 0 }: OpenerRule = openers[opener]
  const { replyWindowMs, privateReplyWindowMs } = platformRules[account.platform]
  if (opens === 'private_reply') return plus(at, privateReplyWindowMs)
  return plus(at, account.longAds ? Math.max(replyWindowMs, longMs) : replyWindowMs)
}

/** The reply window, and after it the human agent's. */
export function judgeWindow(post: PolicyCase, at: Date): Finding | undefined {
  const end = post.windowExpiresAt
  if (post.kind === 'private_reply' && post.comment?.at) return undefined
  if (end && end > at) return { until: end }
  const longer = humanAgentEnd(post)
  if (longer && longer > at) return judgeHumanAgent(post, longer)
  if (!end) return { deny: 'The contact has not written, so no reply window is open' }
  return { deny: 'The reply window has closed', since: end }
}

function humanAgentEnd({ kind, account, lastMessageAt }: PolicyCase): Date | undefined {
  if (kind !== 'message' || !account?.humanAgent || !lastMessageAt) return undefined
  return plus(lastMessageAt, HUMAN_AGENT_MS)
}

function judgeHumanAgent({ provenance, windowExpiresAt }: PolicyCase, until: Date): Finding {
  if (provenance === 'written' || provenance === 'edited') return { until, tag: 'HUMAN_AGENT' }
  const deny = 'The reply window has closed; only words that a person wrote or edited can go out now'
  return windowExpiresAt ? { deny, since: windowExpiresAt } : { deny }
}

export function judgePrivateReply({ comment, platform }: PolicyCase, at: Date): Finding | undefined {
  if (!comment || (!comment.at && !comment.live)) return undefined
  const end = privateReplyEnd(comment, platform)
  if (end && end > at) return { until: end }
  const deny = comment.live
    ? 'The live broadcast is over, as far as we can tell, and with it the time for a private reply'
    : 'The comment is older than seven days, so it can no longer be answered privately'
  return end ? { deny, since: end } : { deny }
}

function privateReplyEnd({ at, live, liveSeenAt }: CommentFacts, platform: Platform): Date | undefined {
  if (!at) return undefined
  const end = plus(at, platformRules[platform].privateReplyWindowMs)
  if (!live) return end
  return earlierOf(end, plus(liveSeenAt && liveSeenAt > at ? liveSeenAt : at, LIVE_MS))
}

export function earlierOf(one: Date, other: Date = one): Date {
  return new Date(Math.min(one.getTime(), other.getTime()))
}

function plus(date: Date, ms: number): Date {
  return new Date(date.getTime() + ms)
}
