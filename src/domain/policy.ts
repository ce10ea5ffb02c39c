import { fitsPlatform, measure, type Platform, platformRules } from './platform.ts'

/** Version of the rules below; stored with every approval. */
export const POLICY_VERSION = 1

export type Rule = 'reply_window' | 'text_limit' | 'empty_text' | 'opt_out' | 'standby' | 'unanswerable'

/** The policy's answer for a post. A deny says why in plain words and is never retried. */
export type Verdict = { allow: true } | { allow: false; rule: Rule; reason: string; since?: Date }

export interface PolicyCase {
  platform: Platform
  text: string
  /** When the reply window closes; undefined when the contact never opened one. */
  windowExpiresAt: Date | undefined
  optedOutAt: Date | undefined
  standby: boolean
  /** Only direct conversations can be answered so far. */
  kind: 'direct' | 'comment'
}

/** May this reply go out at `at`? The same question is asked at approval and again right before the call. */
export function judge(post: PolicyCase, at: Date): Verdict {
  const { platform, text, windowExpiresAt, optedOutAt, standby } = post
  const { max, unit } = platformRules[platform].textLimit
  if (post.kind !== 'direct') return deny('unanswerable', 'Comments cannot be answered from here yet')
  if (standby) return deny('standby', 'Another app holds this thread')
  if (optedOutAt) return deny('opt_out', 'The contact asked not to be written to', optedOutAt)
  if (text.trim() === '') return deny('empty_text', 'The reply is empty')
  if (!fitsPlatform(text, platform)) {
    return deny('text_limit', `The reply has ${measure(text, platform)} ${unit}; ${platform} takes at most ${max}`)
  }
  if (!windowExpiresAt) return deny('reply_window', 'The contact has not written, so no reply window is open')
  if (windowExpiresAt <= at) return deny('reply_window', 'The reply window has closed', windowExpiresAt)
  return { allow: true }
}

function deny(rule: Rule, reason: string, since?: Date): Verdict {
  return since ? { allow: false, rule, reason, since } : { allow: false, rule, reason }
}
