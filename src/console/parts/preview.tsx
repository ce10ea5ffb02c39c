import { measure, platformRules } from '#src/domain/platform.ts'
import { judge, type Verdict } from '#src/domain/policy.ts'
import { provenanceOf } from '#src/domain/policy-case.ts'
import { cleanReply, kindsOf, type ReplyWay } from '#src/domain/review.ts'
import { hidesSomething } from '../assets/reveal.js'
import type { Frame } from '../frame.ts'
import type { ConversationView } from '../views.ts'
import { Icon } from './icons.tsx'
import { Initial, Name } from './revealed.tsx'

interface PreviewProps {
  conversation: ConversationView
  frame: Frame
  text: string
  way: ReplyWay | undefined
  /** The operator asked to see it. */
  open: boolean
}

/** The reply as the contact will see it, and what would be said against it now; a script keeps the words up to date. */
export function Preview({ conversation, frame, text, way, open }: PreviewProps) {
  const words = cleanReply(text)
  const { accountName, accountId } = conversation
  return (
    <details class="as-sent" id="as-sent" open={open}>
      <summary>
        As <Name of={conversation} /> will see it
      </summary>
      <div class="as-sent-row">
        <Initial id={accountId} name={accountName} />
        <div class="bubble">
          <p class="bubble-label">
            <bdi>{accountName}</bdi>
            {conversation.kind === 'comment' && (way === 'private' ? ', in a message' : ', under the comment')}
          </p>
          <p class="bubble-text" dir="auto" data-words>
            {words}
          </p>
        </div>
      </div>
      {words !== '' && <Checks conversation={conversation} frame={frame} text={words} way={way} open={open} />}
      <button
        type="submit"
        class="button button-small"
        formaction={`/conversations/${conversation.id}/preview`}
        formnovalidate
      >
        Check these words
      </button>
    </details>
  )
}

/** What the rules say to exactly these words. */
function Checks({ conversation, frame, text, way }: PreviewProps) {
  const { max, unit } = platformRules[conversation.platform].textLimit
  const length = measure(text, conversation.platform)
  const denied = verdictsOn(conversation, { text, way, at: frame.now }).find(({ allow }) => !allow)
  const lines: [ok: boolean, words: string][] = [
    [length <= max, `${length} of ${max} ${unit}`],
    ...(hidesSomething(text) ? [[false, 'Holds characters that cannot be seen or look like others'] as const] : []),
    ...linksIn(text).map((link) => [true, `Leads to ${link}`] as const),
    denied && !denied.allow ? [false, denied.reason] : [true, 'No rule speaks against it now'],
  ].map(([ok, words]) => [ok === true, String(words)])
  return (
    <ul class="checks" id="checks">
      {lines.map(([ok, words]) => (
        <li class={ok ? 'check-ok' : 'check-bad'}>
          <Icon name={ok ? 'check' : 'warning'} />
          <span class="sr">{ok ? 'Fine: ' : 'Look: '}</span>
          <bdi>{words}</bdi>
        </li>
      ))}
    </ul>
  )
}

/** For each place the reply goes to. */
function verdictsOn(
  { kind, policy, draft }: ConversationView,
  { text, way, at }: { text: string; way: ReplyWay | undefined; at: Date },
): Verdict[] {
  const provenance = draft && draft.author !== 'operator' ? provenanceOf(draft.text, text) : 'written'
  const kinds = kindsOf(kind, kind === 'comment' ? (way ?? 'public') : undefined)
  return kinds.map((one) => judge({ ...policy, kind: one, text, provenance }, at))
}

/** The hosts are what deceives: shown with what it hides. */
function linksIn(text: string): string[] {
  return [...text.matchAll(/\bhttps?:\/\/[^\s/?#]+/giu)].map(([link]) => link).slice(0, 5)
}
