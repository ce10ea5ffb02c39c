/*
 * The rules in their order: what no wording can mend comes first, then the words. The first deny is the answer. A rule
 * is added here and nowhere else; `README.md` lists them for a reader, and a test holds the two together.
 */
import { isReply, type PostKind, postKinds } from './outbox.ts'
import type { Platform } from './platform.ts'
import type { Finding, PolicyCase } from './policy-case.ts'
import { judgeDisclosure, judgeEmpty, judgeLength, judgeLinks } from './policy-text.ts'
import { judgePrivateReply, judgeWindow } from './policy-window.ts'

export interface PolicyRule {
  name: string
  /** Where the platform says so; `house` when it is our own rule. */
  source: `https://${string}` | 'house'
  on: { kinds: readonly PostKind[]; platforms: 'all' | readonly Platform[] }
  /** What a person would have to change: the words, or nothing that is in their hands now. */
  about: 'moment' | 'words'
  says(post: PolicyCase, at: Date): Finding | undefined
}

/** Our own limits against what looks like a machine at work. */
export const SAME_TEXT_CONTACTS_MAX = 20
export const REPLIES_PER_HOUR_MAX = 30

const comments = { kinds: postKinds.filter((kind) => kind !== 'message'), platforms: 'all' } as const
const replies = { kinds: postKinds.filter(isReply), platforms: 'all' } as const
const direct = { kinds: ['message', 'private_reply'], platforms: 'all' } as const
const privateReplies = { kinds: ['private_reply'], platforms: 'all' } as const
const atHome = {
  kinds: postKinds.filter((kind) => kind !== 'message' && kind !== 'mention_reply'),
  platforms: 'all',
} as const
const onInstagram = { kinds: ['public_reply'], platforms: ['instagram'] } as const

const SENDING = 'https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages'
const ERRORS = 'https://developers.facebook.com/documentation/business-messaging/messenger-platform/error-codes'
const PRIVATE_REPLIES = 'https://developers.facebook.com/documentation/instagram-platform/private-replies'
const COMMENTS = 'https://developers.facebook.com/documentation/instagram-platform/comment-moderation'
const MENTIONS =
  'https://developers.facebook.com/documentation/instagram-platform/instagram-api-with-instagram-login/mentions'
const MESSAGES =
  'https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/messaging-api/'

export const policyRules = [
  {
    name: 'no_comment',
    source: 'house',
    on: comments,
    about: 'moment',
    says: ({ comment }) => (comment ? undefined : { deny: 'The comment is not there any more' }),
  },
  {
    name: 'standby',
    source: ERRORS,
    on: replies,
    about: 'moment',
    says: ({ standby }) => (standby ? { deny: 'Another app holds this thread' } : undefined),
  },
  {
    name: 'opt_out',
    source: 'house',
    on: replies,
    about: 'moment',
    says: ({ optedOutAt }) => denySince('The contact asked not to be written to', optedOutAt),
  },
  {
    // A mention elsewhere can be answered where it stands, and in no other way: neither platform takes a private reply to it,
    // and only the owner of a post hides or deletes what stands under it.
    name: 'foreign_post',
    source: MENTIONS,
    on: atHome,
    about: 'moment',
    says: ({ comment }) =>
      comment?.elsewhere
        ? { deny: 'The post is somebody else’s: a mention can only be answered where it stands' }
        : undefined,
  },
  {
    name: 'private_reply_used',
    source: PRIVATE_REPLIES,
    on: privateReplies,
    about: 'moment',
    says: ({ comment }) =>
      comment?.answeredPrivately ? { deny: 'This comment has had its one private reply' } : undefined,
  },
  {
    name: 'private_reply_window',
    source: PRIVATE_REPLIES,
    on: privateReplies,
    about: 'moment',
    says: judgePrivateReply,
  },
  {
    // Instagram would put the answer below the top-level comment, where nobody looks for it who named the other: that one is to
    // be named.
    name: 'comment_nested',
    source: COMMENTS,
    on: onInstagram,
    about: 'moment',
    says: ({ comment }) =>
      comment?.nested ? { deny: 'Only a top-level comment can be answered in public, not a reply to one' } : undefined,
  },
  {
    name: 'comment_hidden',
    source: COMMENTS,
    on: onInstagram,
    about: 'moment',
    says: ({ comment }) => (comment?.hidden ? { deny: 'A hidden comment cannot be answered in public' } : undefined),
  },
  {
    name: 'comment_live',
    source: COMMENTS,
    on: onInstagram,
    about: 'moment',
    says: ({ comment }) =>
      comment?.live ? { deny: 'Comments on a live video cannot be answered in public' } : undefined,
  },
  {
    name: 'reply_window',
    source: SENDING,
    on: direct,
    about: 'moment',
    says: judgeWindow,
  },
  {
    name: 'reply_rate',
    source: 'house',
    on: replies,
    about: 'moment',
    says: ({ repliesLastHour = 0 }) =>
      repliesLastHour < REPLIES_PER_HOUR_MAX
        ? undefined
        : { deny: `This conversation has had ${repliesLastHour} replies within an hour` },
  },
  {
    name: 'empty_text',
    source: 'house',
    on: replies,
    about: 'words',
    says: judgeEmpty,
  },
  {
    // The numbers are each platform's own; `platform.ts` has them, with their sources.
    name: 'text_limit',
    source: MESSAGES,
    on: replies,
    about: 'words',
    says: judgeLength,
  },
  {
    name: 'bad_link',
    source: MESSAGES,
    on: replies,
    about: 'words',
    says: judgeLinks,
  },
  {
    name: 'disclosure',
    source: SENDING,
    on: direct,
    about: 'words',
    says: judgeDisclosure,
  },
  {
    name: 'repeated_text',
    source: 'house',
    on: replies,
    about: 'words',
    says: ({ sameTextContacts = 0 }) =>
      sameTextContacts < SAME_TEXT_CONTACTS_MAX
        ? undefined
        : { deny: `${sameTextContacts} other people got exactly these words within an hour` },
  },
] as const satisfies readonly PolicyRule[]

export type Rule = (typeof policyRules)[number]['name']

function denySince(deny: string, since: Date | undefined): Finding | undefined {
  return since && { deny, since }
}
