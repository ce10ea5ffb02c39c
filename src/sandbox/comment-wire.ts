import type { Comment, Mention } from './entries.ts'
import type { KeptComment } from './world.ts'

/** What became of a comment, as Facebook's `feed` says it: https://developers.facebook.com/docs/graph-api/webhooks/reference/page#feed */
export type FeedVerb = 'add' | 'edited' | 'remove' | 'hide' | 'unhide'

export function commentEnvelope(
  { commentRef, contactRef, username, mediaRef, parentRef, text, accountRef }: Comment,
  at: number,
): unknown {
  const value = {
    id: commentRef,
    from: { id: contactRef, username },
    text,
    media: { id: mediaRef, media_product_type: 'FEED' },
    ...(parentRef && { parent_id: parentRef }),
  }
  return changeEnvelope('instagram', accountRef, { field: 'comments', value }, at)
}

/** Who did it is told with words alone; below the post itself the post is named as the parent. */
export function feedEnvelope(comment: KeptComment, told: { verb: FeedVerb; named: boolean }, at: number): unknown {
  const { accountRef, commentRef, contactRef, authorRef = contactRef, username, mediaRef, parentRef } = comment
  const { verb, named } = told
  const hasWords = verb === 'add' || verb === 'edited'
  const value = {
    ...(hasWords && named && { from: { id: authorRef, name: username } }),
    item: 'comment',
    verb,
    comment_id: commentRef,
    post_id: mediaRef,
    parent_id: parentRef ?? mediaRef,
    created_time: seconds(comment.at),
    ...(hasWords && { message: comment.text }),
    ...(verb === 'edited' && { edited_time: seconds(comment.editedAt ?? at) }),
    ...((verb === 'hide' || verb === 'unhide') && { is_hidden: verb === 'hide' }),
    post: { id: mediaRef, status_type: 'added_photos', is_published: true, promotion_status: 'inactive' },
  }
  return changeEnvelope('page', accountRef, { field: 'feed', value }, at)
}

/** Somebody named the Page in a comment elsewhere, or in a post. By whom and how is often left out. */
export function mentionEnvelope(
  { accountRef, ...mention }: Mention,
  { named, verb = 'add' }: { named: boolean; verb?: FeedVerb },
  at: number,
): unknown {
  const { commentRef, contactRef, authorRef = contactRef, username, mediaRef, text, isPost } = mention
  const value = {
    item: isPost ? 'post' : 'comment',
    verb,
    post_id: mediaRef,
    ...(!isPost && { comment_id: commentRef }),
    ...(named && { sender_id: authorRef, sender_name: username, message: text }),
    created_time: seconds(mention.at),
  }
  return changeEnvelope('page', accountRef, { field: 'mention', value }, at)
}

/** Where, and nothing else: https://developers.facebook.com/docs/instagram-platform/webhooks/examples */
export function mentionNotice({ accountRef, mediaRef, commentRef, isPost }: Mention, at: number): unknown {
  const value = { media_id: mediaRef, ...(!isPost && { comment_id: commentRef }) }
  return changeEnvelope('instagram', accountRef, { field: 'mentions', value }, at)
}

/** `entry.time` of a change is in seconds, unlike that of a message. */
function changeEnvelope(object: 'instagram' | 'page', accountRef: string, change: unknown, at: number): unknown {
  return { object, entry: [{ id: accountRef, time: seconds(at), changes: [change] }] }
}

function seconds(at: number): number {
  return Math.floor(at / 1000)
}
