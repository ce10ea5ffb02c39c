import type { PostToSend } from '../adapter.ts'
import type { PostRequest } from '../meta/outcomes.ts'

/**
 * How each kind of post is asked for: https://developers.facebook.com/docs/messenger-platform/reference/send-api,
 * https://developers.facebook.com/documentation/business-messaging/messenger-platform/discovery/private-replies and
 * https://developers.facebook.com/documentation/pages-api/comments-mentions
 */
export function requestOf({ postId, kind, accountRef, recipientRef, text, tag }: PostToSend): PostRequest {
  const [page, comment] = [encodeURIComponent(accountRef), encodeURIComponent(recipientRef)]
  // The echo brings `metadata` back, so that it names its post whatever became of the call.
  const message = { text, metadata: postId }
  switch (kind) {
    case 'message': {
      const type = tag ? { messaging_type: 'MESSAGE_TAG', tag } : { messaging_type: 'RESPONSE' }
      const json = { recipient: { id: recipientRef }, ...type, message }
      return { path: `${page}/messages`, method: 'POST', json }
    }
    case 'private_reply':
      return { path: `${page}/messages`, method: 'POST', json: { recipient: { comment_id: recipientRef }, message } }
    case 'public_reply':
    case 'mention_reply':
      return { path: `${comment}/comments`, method: 'POST', json: { message: text } }
    case 'hide':
    case 'unhide':
      return { path: comment, method: 'POST', json: { is_hidden: kind === 'hide' } }
    case 'delete':
      return { path: comment, method: 'DELETE' }
  }
}
