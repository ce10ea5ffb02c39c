import type { PostKind } from '#src/domain/outbox.ts'
import { judge, type Verdict } from '#src/domain/policy.ts'
import { kindsOf, type ReplyWay, replyWays } from '#src/domain/review.ts'
import type { ConversationView } from '../views.ts'

const words: Record<ReplyWay, { label: string; note: string }> = {
  public: { label: 'In public', note: 'under the comment, for everybody to read' },
  private: { label: 'Privately', note: 'as a direct message; once per comment' },
  both: { label: 'Both', note: 'the same words in both places' },
}

/** What an approved post does, in the words of the outbox; a plain message needs none. */
export const kindWords: Record<PostKind, string> = {
  message: '',
  public_reply: 'Public reply',
  private_reply: 'Private reply',
  mention_reply: 'Reply to a mention',
  hide: 'Hide the comment',
  unhide: 'Show the comment again',
  delete: 'Delete the comment',
}

/** What policy says about a post of this kind at all, if a person writes it; the words themselves are judged when they are approved. */
export function verdictOf({ policy }: ConversationView, kind: PostKind, at: Date): Verdict {
  return judge({ ...policy, kind, text: '.', provenance: 'written' }, at)
}

/** Which ways are open for an answer now, and whether any is; a direct conversation and a mention have one. */
export function openWays(conversation: ConversationView, at: Date): { ways: Map<ReplyWay, Verdict>; any: Verdict } {
  if (conversation.kind !== 'comment') {
    const [kind = 'message'] = kindsOf(conversation.kind, undefined)
    return { ways: new Map(), any: verdictOf(conversation, kind, at) }
  }
  const ways = new Map(
    replyWays.map((way) => {
      const verdicts = kindsOf('comment', way).map((kind) => verdictOf(conversation, kind, at))
      return [way, verdicts.find(({ allow }) => !allow) ?? { allow: true }] as [ReplyWay, Verdict]
    }),
  )
  const all = [...ways.values()]
  return { ways, any: all.find(({ allow }) => allow) ?? all[0] ?? { allow: true } }
}

/** Where the answer to a comment goes. */
export function Ways({ ways, chosen }: { ways: Map<ReplyWay, Verdict>; chosen: ReplyWay | undefined }) {
  if (ways.size === 0) return null
  const open = [...ways].filter(([, { allow }]) => allow).map(([way]) => way)
  const checked = chosen && open.includes(chosen) ? chosen : open[0]
  return (
    <fieldset class="ways">
      <legend>Where to answer</legend>
      {[...ways].map(([way, verdict]) => (
        <label class="way">
          <input type="radio" name="way" value={way} checked={way === checked} disabled={!verdict.allow} required />
          <span>
            <strong>{words[way].label}</strong>{' '}
            <span class="muted">{verdict.allow ? words[way].note : verdict.reason}</span>
          </span>
        </label>
      ))}
    </fieldset>
  )
}
