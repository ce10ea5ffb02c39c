import type { MentionShown, PlatformAdapter } from '../adapter.ts'
import { type Ask, textIn } from '../meta/client.ts'
import { fieldOf } from '../meta/graph.ts'
import { askAbroad, mentionOf } from '../meta/mentions.ts'
import { timeOf } from '../meta/read-back.ts'
import { given } from '../meta/words.ts'

type Named = Parameters<NonNullable<PlatformAdapter['mention']>>[0]

/**
 * First whether the post is ours, since nothing in a webhook tells; then the words, by the one way there is to what stands
 * under other people's posts:
 * https://developers.facebook.com/documentation/instagram-platform/instagram-graph-api/reference/ig-user/mentioned_comment
 * https://developers.facebook.com/documentation/instagram-platform/instagram-graph-api/reference/ig-user/mentioned_media
 */
export function createMention(ask: Ask, graphApiVersion: string): NonNullable<PlatformAdapter['mention']> {
  return async (named, token, signal, listener): Promise<MentionShown> => {
    const read = async (ref: string, fields: string) => {
      await listener.pace()
      const as = { endpointClass: 'read', listener } as const
      return askAbroad(ask, `${graphApiVersion}/${encodeURIComponent(ref)}`, { token, signal, query: { fields } }, as)
    }
    const owner = fieldOf(await read(named.mediaRef, 'owner'), 'owner')
    if (textIn(owner, 'id') === named.accountRef) return { kind: 'ours' }
    return shownIn(await read(named.accountRef, fieldsFor(named)), named)
  }
}

/** Ids go into the question itself, and consist of digits. */
function fieldsFor({ mediaRef, commentRef }: Named): string {
  const [media, comment] = [digitsOf(mediaRef), digitsOf(commentRef ?? '')]
  return commentRef === undefined
    ? `mentioned_media.media_id(${media}){caption,username,timestamp,permalink}`
    : `mentioned_comment.comment_id(${comment}){text,username,timestamp,media{permalink,caption}}`
}

function digitsOf(ref: string): string {
  return ref.replace(/\D/g, '')
}

/** Instagram names the author by their username alone. */
function shownIn(body: unknown, named: Named): MentionShown {
  const isPost = named.commentRef === undefined
  const found = fieldOf(body, isPost ? 'mentioned_media' : 'mentioned_comment')
  const [text, username] = [textIn(found, isPost ? 'caption' : 'text'), textIn(found, 'username')]
  if (!text || !username) return { kind: 'hidden' }
  const post = isPost ? found : fieldOf(found, 'media')
  const url = textIn(post, 'permalink')
  const title = isPost ? undefined : textIn(post, 'caption')
  const link = url ? { url, ...given({ title }) } : undefined
  const at = timeOf(fieldOf(found, 'timestamp')) ?? named.at
  return {
    kind: 'shown',
    item: mentionOf({ ...named, at }, { contactRef: `@${username}`, username, text, ...given({ link }) }),
  }
}
