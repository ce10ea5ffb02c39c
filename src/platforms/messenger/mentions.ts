import { z } from 'zod'
import type { InboundItem } from '#src/domain/inbox.ts'
import { mentionRefOf } from '#src/domain/mention.ts'
import type { MentionShown, PlatformAdapter } from '../adapter.ts'
import { type Ask, textIn } from '../meta/client.ts'
import { fieldOf } from '../meta/graph.ts'
import { askAbroad, mentionOf, noticeOf } from '../meta/mentions.ts'
import { timeOf } from '../meta/read-back.ts'
import { faultIn, given, Moment, NO_MOMENT, type Place, Ref } from '../meta/words.ts'

const Name = z.string().nullish().catch(undefined)

/** Meta's table gives `from` to workplaces alone; public mentions name their author by the older two words, or not at all. https://developers.facebook.com/docs/graph-api/webhooks/reference/page#mention */
const Mention = z.looseObject({
  post_id: Ref,
  comment_id: Ref.nullish(),
  from: z.looseObject({ id: Ref, name: Name }).nullish().catch(undefined),
  sender_id: Ref.nullish().catch(undefined),
  sender_name: Name,
  message: z.string().nullish(),
  created_time: Moment.nullish().catch(undefined),
})

export function readMention(value: unknown, place: Place): InboundItem | string {
  const parsed = Mention.safeParse(value)
  if (!parsed.success) return faultIn('Mention', parsed.error)
  const { post_id: mediaRef, comment_id, from, sender_id, sender_name, message, created_time } = parsed.data
  const where = { mediaRef, ...given({ commentRef: comment_id ?? undefined }) }
  const author = from?.id ?? sender_id
  if (author === place.accountRef) return 'A mention by the account itself'
  // The id of a post begins with that of whose it is.
  if (mediaRef.startsWith(`${place.accountRef}_`))
    return 'A mention under a post of the Page itself, which comes as a comment too'
  if (!author || !message) return noticeOf(where, place)
  const at = created_time ?? place.sentAt ?? NO_MOMENT
  return mentionOf(
    { ...where, accountRef: place.accountRef, at },
    {
      contactRef: author,
      text: message,
      link: { url: linkTo(mentionRefOf(where)) },
      ...given({ name: from?.name || sender_name || undefined }),
    },
  )
}

/** Facebook leads from the id of a post or a comment to its page. */
function linkTo(ref: string): string {
  return `https://www.facebook.com/${encodeURIComponent(ref)}`
}

const FIELDS = 'from,message,created_time,permalink_url'

/** The post or comment itself: https://developers.facebook.com/docs/graph-api/reference/comment */
export function createMention(ask: Ask, graphApiVersion: string): NonNullable<PlatformAdapter['mention']> {
  return async (named, token, signal, listener): Promise<MentionShown> => {
    const ref = mentionRefOf(named)
    await listener.pace()
    const as = { endpointClass: 'read', listener } as const
    const path = `${graphApiVersion}/${encodeURIComponent(ref)}`
    const body = await askAbroad(ask, path, { token, signal, query: { fields: FIELDS } }, as)
    const [text, from] = [textIn(body, 'message'), fieldOf(body, 'from')]
    const contactRef = textIn(from, 'id')
    if (!text || !contactRef) return { kind: 'hidden' }
    if (contactRef === named.accountRef) return { kind: 'ours' }
    const at = timeOf(fieldOf(body, 'created_time')) ?? named.at
    const link = { url: textIn(body, 'permalink_url') ?? linkTo(ref) }
    return {
      kind: 'shown',
      item: mentionOf({ ...named, at }, { contactRef, text, link, ...given({ name: textIn(from, 'name') }) }),
    }
  }
}
