import { z } from 'zod'
import type { InboundItem } from '#src/domain/inbox.ts'
import { noticeOf } from '../meta/mentions.ts'
import { faultIn, given, NO_MOMENT, type Place, Ref } from '../meta/words.ts'
import { readInstagramMessaging } from './messaging.ts'

const Text = z.string().nullish()

const Comment = z.looseObject({
  id: Ref.nullish(),
  comment_id: Ref.nullish(),
  parent_id: Ref.nullish(),
  from: z.looseObject({ id: Ref, username: Text, self_ig_scoped_id: Ref.nullish() }),
  media: z.looseObject({ id: Ref }),
  text: Text,
})

const Mention = z.looseObject({ media_id: Ref, comment_id: Ref.nullish() })

/** Fields that some senders, the dashboard among them, put here although they belong into `messaging[]`. */
const messagingFields = [
  'messages',
  'message_echoes',
  'message_edit',
  'message_reactions',
  'messaging_reactions',
].concat(['messaging_postbacks', 'messaging_seen', 'messaging_referral', 'messaging_referrals'])

/** Fields we know and have no use for. */
const unused = [
  'story_insights',
  'messaging_optins',
  'messaging_handover',
  'standby',
  'messaging_policy_enforcement',
].concat(['response_feedback'])

/** One `field` with its `value`, whether from `changes[]` or flat in the entry. The item, or in words what is odd about it. */
export function readChange(field: unknown, value: unknown, place: Place): InboundItem | string {
  if (field === 'comments' || field === 'live_comments') return readComment(field, value, place)
  if (field === 'mentions') return readMention(value, place)
  if (typeof field !== 'string') return 'Change without a field'
  if (messagingFields.includes(field)) return readInstagramMessaging(value, place)
  return unused.includes(field) ? `Field ${field} is not used` : 'Change of an unknown field'
}

/** Instagram Login names a comment `id`, Facebook Login `comment_id`: https://developers.facebook.com/docs/instagram-platform/webhooks/examples */
function readComment(field: string, value: unknown, { accountRef, sentAt }: Place): InboundItem | string {
  const parsed = Comment.safeParse(value)
  if (!parsed.success) return faultIn('Comment', parsed.error)
  const { id, comment_id, parent_id, from, media, text } = parsed.data
  const commentRef = id ?? comment_id
  if (!commentRef) return 'Comment: id is missing or odd'
  return {
    kind: 'comment',
    accountRef,
    contactRef: from.id,
    at: sentAt ?? NO_MOMENT,
    key: ['comment', accountRef, field, commentRef],
    commentRef,
    mediaRef: media.id,
    text: text ?? '',
    live: field === 'live_comments',
    // Our public replies come back as comments: https://developers.facebook.com/docs/instagram-platform/self-messaging
    own: from.id === accountRef || Boolean(from.self_ig_scoped_id),
    ...given({ parentRef: parent_id ?? undefined, username: from.username ?? undefined }),
  }
}

/** Instagram tells where, not what: https://developers.facebook.com/documentation/instagram-platform/instagram-api-with-facebook-login/mentions */
function readMention(value: unknown, place: Place): InboundItem | string {
  const parsed = Mention.safeParse(value)
  if (!parsed.success) return faultIn('Mention', parsed.error)
  const { media_id: mediaRef, comment_id } = parsed.data
  return noticeOf({ mediaRef, ...given({ commentRef: comment_id ?? undefined }) }, place)
}
