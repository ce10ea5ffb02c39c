import { isReply, type PostKind } from './outbox.ts'
import { fitsPlatform, measure, type Platform, platformRules } from './platform.ts'

/** Version of the rules below; stored with every approval. */
export const POLICY_VERSION = 2

export type Rule =
  | 'reply_window'
  | 'text_limit'
  | 'empty_text'
  | 'opt_out'
  | 'standby'
  | 'no_comment'
  | 'comment_hidden'
  | 'comment_live'
  | 'private_reply_used'

/** The policy's answer for a post. A deny says why in plain words and is never retried. */
export type Verdict = { allow: true } | { allow: false; rule: Rule; reason: string; since?: Date }

export interface PolicyCase {
  platform: Platform
  text: string
  /** When the reply window closes; undefined when the contact never opened one. */
  windowExpiresAt: Date | undefined
  optedOutAt: Date | undefined
  standby: boolean
  kind: PostKind
  /** The comment that is answered or moderated; undefined for messages, and when it is not there any more. */
  comment: CommentFacts | undefined
}

/** What matters about a comment that somebody wants to answer. */
export interface CommentFacts {
  hidden: boolean
  /** Under a live video. */
  live: boolean
  /** Its author has had the one private reply to it, or one is on its way. */
  answeredPrivately: boolean
}

/** May this post go out at `at`? The same question is asked at approval and again right before the call. */
export function judge(post: PolicyCase, at: Date): Verdict {
  const { kind, optedOutAt, standby } = post
  if (kind !== 'message' && !post.comment) return deny('no_comment', 'The comment is not there any more')
  if (!isReply(kind)) return { allow: true }
  if (standby) return deny('standby', 'Another app holds this thread')
  if (optedOutAt) return deny('opt_out', 'The contact asked not to be written to', optedOutAt)
  return judgeText(post) ?? judgeComment(post) ?? judgeWindow(post, at) ?? { allow: true }
}

function judgeText({ platform, text }: PolicyCase): Verdict | undefined {
  const { max, unit } = platformRules[platform].textLimit
  if (text.trim() === '') return deny('empty_text', 'The reply is empty')
  if (fitsPlatform(text, platform)) return undefined
  return deny('text_limit', `The reply has ${measure(text, platform)} ${unit}; ${platform} takes at most ${max}`)
}

/** https://developers.facebook.com/documentation/instagram-platform/comment-moderation and https://developers.facebook.com/docs/instagram-platform/private-replies */
function judgeComment({ kind, comment }: PolicyCase): Verdict | undefined {
  if (!comment || kind === 'message') return undefined
  if (kind === 'private_reply') {
    if (!comment.answeredPrivately) return undefined
    return deny('private_reply_used', 'This comment has had its one private reply')
  }
  if (comment.hidden) return deny('comment_hidden', 'A hidden comment cannot be answered in public')
  if (comment.live) return deny('comment_live', 'Comments on a live video cannot be answered in public')
  return undefined
}

/** A public reply has no window. */
function judgeWindow({ kind, windowExpiresAt }: PolicyCase, at: Date): Verdict | undefined {
  if (kind === 'public_reply') return undefined
  if (!windowExpiresAt) return deny('reply_window', 'The contact has not written, so no reply window is open')
  if (windowExpiresAt <= at) return deny('reply_window', 'The reply window has closed', windowExpiresAt)
  return undefined
}

function deny(rule: Rule, reason: string, since?: Date): Verdict {
  return since ? { allow: false, rule, reason, since } : { allow: false, rule, reason }
}
