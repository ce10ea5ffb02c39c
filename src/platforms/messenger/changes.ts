import { z } from 'zod'
import type { InboundItem } from '#src/domain/inbox.ts'
import { faultIn, given, Moment, NO_MOMENT, type Place, Ref } from '../meta/words.ts'
import { readMention } from './mentions.ts'
import { readMessengerMessaging } from './messaging.ts'

/** What happens on the Page itself. Meta publishes a table of names, no samples: https://developers.facebook.com/docs/graph-api/webhooks/reference/page#feed */
const Feed = z.looseObject({ item: z.string(), verb: z.string() })

const Comment = z.looseObject({
  comment_id: Ref,
  post_id: Ref,
  parent_id: Ref.nullish(),
  from: z.looseObject({ id: Ref, name: z.string().nullish().catch(undefined) }),
  message: z.string().nullish(),
  created_time: Moment.nullish().catch(undefined),
  is_hidden: z.boolean().nullish(),
})

const feedItems = ['comment', 'post', 'status', 'share', 'photo', 'album', 'video', 'reaction', 'like', 'event'].concat(
  ['address', 'connection', 'coupon', 'experience', 'group', 'group_message', 'interest', 'link', 'mention'],
  ['milestone', 'note', 'page', 'picture', 'platform-story', 'photo-album', 'profile', 'question', 'rating'],
  ['relationship-status', 'story', 'timeline cover', 'tag', 'reel'],
)

const feedVerbs = ['add', 'block', 'edit', 'edited', 'delete', 'follow', 'hide', 'mute', 'remove', 'unblock'].concat([
  'unhide',
  'update',
])

/** Fields that some senders, the dashboard among them, put here although they belong into `messaging[]`. */
const messagingFields = ['messages', 'message_echoes', 'message_edits', 'message_deliveries', 'message_reads'].concat([
  'message_reactions',
  'messaging_postbacks',
  'messaging_referrals',
  'messaging_policy_enforcement',
])

/** Fields we know and have no use for. */
const unused = ['messaging_optins', 'messaging_handovers', 'standby', 'messaging_account_linking'].concat([
  'messaging_feedback',
  'response_feedback',
  'send_cart',
  'messenger_template_status_update',
  'inbox_labels',
  'ratings',
  'leadgen',
])

/** One `field` with its `value`. The item, or in words what is odd about it. */
export function readPageChange(field: unknown, value: unknown, place: Place): InboundItem | string {
  if (field === 'feed') return readFeed(value, place)
  if (field === 'mention') return readMentionChange(value, place)
  if (typeof field !== 'string') return 'Change without a field'
  if (messagingFields.includes(field)) return readMessengerMessaging(value, place)
  return unused.includes(field) ? `Field ${field} is not used` : 'Change of an unknown field'
}

/** Who edits or takes back a mention does that to a comment or a post of their own. */
function readMentionChange(value: unknown, place: Place): InboundItem | string {
  const { data } = MentionVerb.safeParse(value)
  if (!data?.verb || data.verb === 'add') return readMention(value, place)
  if (!(data.verb in commentChanges)) return 'Mention of an unknown kind'
  const about = data.comment_id ?? data.post_id
  return readCommentChange({ ...data, comment_id: about, from: undefined }, data.verb, place)
}

const MentionVerb = z.looseObject({ verb: z.string().nullish(), post_id: z.unknown(), comment_id: z.unknown() })

/** New comments are read; whatever else happens on a Page is known and set aside. */
function readFeed(value: unknown, place: Place): InboundItem | string {
  const feed = Feed.safeParse(value)
  if (!feed.success) return faultIn('Feed', feed.error)
  const { item, verb } = feed.data
  if (item === 'comment' && verb === 'add') return readComment(value, place)
  if (item === 'comment' && verb in commentChanges) return readCommentChange(value, verb, place)
  if (!feedItems.includes(item) || !feedVerbs.includes(verb)) return 'Feed item of an unknown kind'
  return `Feed items with ${item} and ${verb} are not used`
}

const commentChanges = {
  edit: 'edit',
  edited: 'edit',
  remove: 'remove',
  delete: 'remove',
  hide: 'hide',
  unhide: 'unhide',
}

const CommentChange = z.looseObject({
  comment_id: Ref,
  from: z.looseObject({ id: Ref }).nullish(),
  message: z.string().nullish(),
  created_time: Moment.nullish().catch(undefined),
  edited_time: Moment.nullish().catch(undefined),
})

/** What became of a comment; who did it is often left out. */
function readCommentChange(value: unknown, verb: string, { accountRef, sentAt }: Place): InboundItem | string {
  const change = CommentChange.safeParse(value)
  if (!change.success) return faultIn(`Comment with ${verb}`, change.error)
  const { comment_id: commentRef, from, message, created_time, edited_time } = change.data
  const at = edited_time ?? sentAt ?? created_time ?? NO_MOMENT
  const seconds = Math.floor(at.getTime() / 1000)
  const key = ['comment', accountRef, 'feed', commentRef, verb]
  const about = { accountRef, at, contactRef: from?.id ?? '', messageRef: commentRef, onComment: true as const }
  switch (commentChanges[verb as keyof typeof commentChanges]) {
    case 'edit':
      return { kind: 'edit', ...about, key: [...key, String(seconds)], text: message ?? '', editCount: seconds }
    case 'remove':
      return { kind: 'unsend', ...about, key }
    default: {
      const hidden = verb === 'hide'
      return { kind: 'visibility', accountRef, at, key: [...key, String(seconds)], commentRef, hidden }
    }
  }
}

function readComment(value: unknown, { accountRef, sentAt }: Place): InboundItem | string {
  const comment = Comment.safeParse(value)
  if (!comment.success) return faultIn('Comment', comment.error)
  const { comment_id: commentRef, post_id: mediaRef, parent_id, from, message, created_time, is_hidden } = comment.data
  if (is_hidden) return 'A comment that is hidden'
  // Below the post itself the post is named as the parent.
  const parentRef = parent_id && parent_id !== mediaRef ? parent_id : undefined
  return {
    kind: 'comment',
    accountRef,
    contactRef: from.id,
    at: created_time ?? sentAt ?? NO_MOMENT,
    key: ['comment', accountRef, 'feed', commentRef],
    commentRef,
    mediaRef,
    text: message ?? '',
    live: false,
    own: from.id === accountRef,
    ...given({ parentRef, name: from.name || undefined }),
  }
}
