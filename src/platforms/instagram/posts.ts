import type { PostToSend } from '../adapter.ts'
import type { PostRequest } from '../meta/outcomes.ts'

/**
 * How each kind of post is asked for: https://developers.facebook.com/documentation/instagram-platform/comment-moderation,
 * https://developers.facebook.com/docs/instagram-platform/private-replies and
 * https://developers.facebook.com/documentation/instagram-platform/instagram-graph-api/reference/ig-user/mentions
 */
export function requestOf({ kind, accountRef, recipientRef, mediaRef, text, tag }: PostToSend): PostRequest {
  const [account, comment] = [encodeURIComponent(accountRef), encodeURIComponent(recipientRef)]
  const message = { text }
  switch (kind) {
    case 'message': {
      const json = { recipient: { id: recipientRef }, ...(tag && { messaging_type: 'MESSAGE_TAG', tag }), message }
      return { path: `${account}/messages`, method: 'POST', json }
    }
    case 'private_reply':
      return { path: `${account}/messages`, method: 'POST', json: { recipient: { comment_id: recipientRef }, message } }
    case 'public_reply':
      return { path: `${comment}/replies`, method: 'POST', json: { message: text } }
    case 'mention_reply': {
      const place = mediaRef === undefined ? {} : { media_id: mediaRef }
      const comment = recipientRef === mediaRef ? {} : { comment_id: recipientRef }
      return { path: `${account}/mentions`, method: 'POST', json: { ...place, ...comment, message: text } }
    }
    case 'hide':
    case 'unhide':
      return { path: comment, method: 'POST', json: { hide: kind === 'hide' } }
    case 'delete':
      return { path: comment, method: 'DELETE' }
  }
}
