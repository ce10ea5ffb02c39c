import { fieldOf } from '../meta/graph.ts'
import type { readRecent } from '../meta/recent.ts'
import { parseInstagramDelivery } from './webhook.ts'

const ANSWER = 'id,text,timestamp,from,username,hidden'

/** How Instagram is asked for what was said lately: https://developers.facebook.com/docs/instagram-platform/reference/ig-media/comments */
export function recentOf(accountRef: string): Parameters<typeof readRecent>[0] {
  return {
    ...{ platform: 'instagram', owner: 'me', accountRef, posts: 'media' },
    messageFields: 'attachments,shares,story,reply_to,is_unsupported',
    commentFields: `${ANSWER},replies{${ANSWER}}`,
    words: { object: 'instagram', parse: parseInstagramDelivery, commentChange },
  }
}

function commentChange(comment: unknown, { postRef, parentRef }: { postRef: string; parentRef: string | undefined }) {
  if (fieldOf(comment, 'hidden') === true) return undefined
  const [from, username] = [fieldOf(comment, 'from'), fieldOf(comment, 'username')]
  const author = typeof from === 'object' ? { username, ...from } : undefined
  const [id, text] = [fieldOf(comment, 'id'), fieldOf(comment, 'text')]
  const value = { id, from: author, text, media: { id: postRef }, ...(parentRef && { parent_id: parentRef }) }
  return { field: 'comments', value }
}
