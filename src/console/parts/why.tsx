import { limits } from '#src/domain/limit.ts'
import { platformRules } from '#src/domain/platform.ts'
import { REPLIES_PER_HOUR_MAX } from '#src/domain/policy-rules.ts'
import { inWords } from '../assets/remaining.js'
import type { Frame } from '../frame.ts'
import type { ConversationView, DraftView } from '../views.ts'
import { Icon } from './icons.tsx'
import { Revealed } from './revealed.tsx'
import { When } from './time.tsx'

const languages = new Intl.DisplayNames(['en'], { type: 'language', fallback: 'code' })

/** `de` as `German`; a code nobody knows stays itself. */
export function languageOf(code: string): string {
  try {
    return languages.of(code) ?? code
  } catch {
    return code
  }
}

/** Why Claude proposes this: what an operator needs to trust it or not. */
export function Why({
  draft,
  conversation,
  frame,
}: {
  draft: DraftView
  conversation: ConversationView
  frame: Frame
}) {
  return (
    <aside class="why" aria-labelledby="why-title">
      <h3 id="why-title">Why this reply</h3>
      {draft.flags.length > 0 && (
        <ul class="flags">
          {draft.flags.map((flag) => (
            <li class="flag">
              <Icon name="warning" />
              <span>{flagWords(flag)}</span>
            </li>
          ))}
        </ul>
      )}
      {draft.rationale && (
        <p dir="auto" class="rationale">
          <Revealed text={draft.rationale} />
        </p>
      )}
      <dl class="facts">
        {draft.confidence !== null && <Confidence value={draft.confidence} />}
        {draft.language && (
          <div>
            <dt>Language</dt>
            <dd>{languageOf(draft.language)}</dd>
          </div>
        )}
      </dl>
      <Sources draft={draft} />
      <Limits conversation={conversation} frame={frame} />
      <p class="why-foot muted">
        {draft.model ? `Drafted by ${draft.model}` : 'Drafted'} <When at={draft.createdAt} clock={frame} />
        {draft.costMicros > 0 && ` · $${(draft.costMicros / 1e6).toFixed(4)}`}
      </p>
    </aside>
  )
}

function Confidence({ value }: { value: number }) {
  const percent = Math.round(value * 100)
  const word = value >= 0.8 ? 'high' : value >= 0.5 ? 'medium' : 'low'
  return (
    <div>
      <dt>Confidence</dt>
      <dd class={`confidence confidence-${word}`}>
        <meter min={0} max={100} value={percent} aria-hidden="true" />
        <span>
          {word}, {percent} %
        </span>
      </dd>
    </div>
  )
}

function Sources({ draft }: { draft: DraftView }) {
  if (draft.sources.length === 0) return <p class="muted sources-none">Cites no knowledge entry.</p>
  return (
    <div class="sources">
      <h4>Sources</h4>
      {draft.sources.map(({ title, body }) => (
        <details>
          <summary dir="auto">{title}</summary>
          <blockquote dir="auto">
            <Revealed text={body} />
          </blockquote>
        </details>
      ))}
    </div>
  )
}

/** What binds this reply, whatever it says. */
function Limits({ conversation, frame }: { conversation: ConversationView; frame: Frame }) {
  const { platform, windowExpiresAt, undoMs, policy } = conversation
  const { name, textLimit } = platformRules[platform]
  const lines = [
    `${name} takes ${textLimit.max} ${textLimit.unit} at most`,
    windowExpiresAt && windowExpiresAt > frame.now
      ? `Answer within ${inWords(windowExpiresAt.getTime() - frame.now.getTime())}`
      : 'No reply window is open',
    undoMs > 0 ? `Held for ${inWords(undoMs)} after approval, to be undone` : 'Leaves at once after approval',
    `${policy.repliesLastHour ?? 0} of ${REPLIES_PER_HOUR_MAX} replies an hour used in this conversation`,
    ...limits[platform].send.map(
      ({ scope, max, perMs }) =>
        `At most ${max} in ${inWords(perMs)} for ${scope === 'account' ? 'the account' : 'one conversation'}`,
    ),
    policy.account?.disclosure && 'Has to say that a machine helps, where that is due',
  ].filter((line): line is string => typeof line === 'string')
  return (
    <details class="sources why-limits">
      <summary>Limits that apply</summary>
      <ul>
        {lines.map((line) => (
          <li>{line}</li>
        ))}
      </ul>
    </details>
  )
}

/** Flags are short words with underscores; read them as words. */
function flagWords(flag: string): string {
  const words = flag.replace(/[_-]+/g, ' ').slice(0, 120)
  return words.charAt(0).toUpperCase() + words.slice(1)
}
