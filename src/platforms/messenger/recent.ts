import { fieldOf } from '../meta/graph.ts'
import type { readRecent } from '../meta/recent.ts'
import { parseMessengerDelivery } from './webhook.ts'

/** How a Page is asked for what was said lately: https://developers.facebook.com/docs/graph-api/reference/object/comments */
export function recentOf(accountRef: string): Parameters<typeof readRecent>[0] {
  return {
    ...{ platform: 'messenger', owner: encodeURIComponent(accountRef), accountRef, posts: 'feed' },
    messageFields: 'attachments,shares,sticker,reply_to',
    commentFields: 'id,message,created_time,from,parent,is_hidden',
    // Answers stand beside the comments, and the newest come first.
    commentsAs: { filter: 'stream', order: 'reverse_chronological' },
    words: { object: 'page', parse: parseMessengerDelivery, commentChange },
  }
}

interface Place {
  postRef: string
  parentRef: string | undefined
  at: Date
}

function commentChange(comment: unknown, { postRef, parentRef, at }: Place) {
  const value = {
    ...{ item: 'comment', verb: 'add', comment_id: fieldOf(comment, 'id'), post_id: postRef },
    ...{ parent_id: parentRef ?? postRef, from: fieldOf(comment, 'from'), message: fieldOf(comment, 'message') },
    ...{ created_time: at.getTime(), is_hidden: fieldOf(comment, 'is_hidden') === true },
  }
  return { field: 'feed', value }
}
