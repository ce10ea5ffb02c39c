import { inWords } from '../assets/remaining.js'
import type { Frame } from '../frame.ts'
import type { StagesView } from '../house-views.ts'
import { Icon } from './icons.tsx'
import { counted } from './layout.tsx'

const MINUTE_MS = 60_000

interface Stage {
  label: string
  since: Date | null
  /** Waiting longer than this asks for somebody. */
  lateMs: number
  todo: string
}

function stagesOf(stages: StagesView): Stage[] {
  return [
    {
      label: 'Oldest webhook not received yet',
      since: stages.oldestDeliveryAt,
      lateMs: MINUTE_MS,
      todo: 'The drafting process takes webhooks in. See that it runs, and that Redis answers.',
    },
    {
      label: 'Oldest reply in the queue',
      since: stages.oldestQueuedAt,
      lateMs: 60 * MINUTE_MS,
      todo: 'The outbox says what it waits for: a limit, a stopped account, or a token that has to be renewed.',
    },
    {
      label: 'Oldest reply being sent',
      since: stages.oldestSendingAt,
      lateMs: 5 * MINUTE_MS,
      todo: 'A process may have died in the middle of it. The sweep calls such a reply uncertain and never sends it again.',
    },
    {
      label: 'Oldest reply of unknown fate',
      since: stages.oldestUncertainAt,
      lateMs: 15 * MINUTE_MS,
      todo: 'Look into the platform’s own app and settle it in the outbox.',
    },
  ]
}

/** In which words a round is known, and after how long a silence of it something is wrong; none where it rests without work. */
const rounds: Record<StagesView['rounds'][number]['name'], { label: string; lateMs?: number }> = {
  sweep: { label: 'Sweep for what a crash left behind', lateMs: 5 * MINUTE_MS },
  erase: { label: 'Erasing people who asked for it', lateMs: 15 * MINUTE_MS },
  remind: { label: 'Reminders of closing windows' },
  renew: { label: 'Renewing tokens' },
  subscriptions: { label: 'Keeping webhooks subscribed' },
  catch_up: { label: 'Asking for what no webhook told' },
  media: { label: 'Clearing files away' },
  audit: { label: 'Copying the audit log' },
}

/** How far each stage lags behind, and what to do about it. */
export function Stages({ stages, frame }: { stages: StagesView; frame: Frame }) {
  const ageOf = (since: Date) => Math.max(0, frame.now.getTime() - since.getTime())
  return (
    <section class="card" id="stages">
      <h2>How long things wait</h2>
      <dl class="checks">
        {stagesOf(stages).map(({ label, since, lateMs, todo }) => (
          <Check label={label} ok={!since || ageOf(since) <= lateMs} todo={todo}>
            {since ? `for ${inWords(ageOf(since))}` : 'nothing waits'}
          </Check>
        ))}
        <Check
          label="Replies that failed within a day"
          ok={stages.failedToday === 0}
          todo="The outbox says why, and what can be done."
        >
          {stages.failedToday === 0 ? 'none' : counted(stages.failedToday)}
        </Check>
      </dl>
      <h2>When work was last done</h2>
      <dl class="checks">
        {stages.rounds.map(({ name, at }) => {
          const { label = name, lateMs = Number.POSITIVE_INFINITY } = rounds[name] ?? {}
          return (
            <Check
              label={label}
              ok={ageOf(at) <= lateMs}
              todo="The process that does this is away. See that the workers run."
            >
              {ageOf(at) < MINUTE_MS ? 'just now' : `${inWords(ageOf(at))} ago`}
            </Check>
          )
        })}
      </dl>
    </section>
  )
}

function Check(props: { label: string; ok: boolean; todo: string; children: string }) {
  const { label, ok, todo, children } = props
  return (
    <div class={ok ? 'check' : 'check check-bad'}>
      <dt>
        <Icon name={ok ? 'check' : 'warning'} />
        {label}
      </dt>
      <dd>
        {children}
        {!ok && <span class="hint">{todo}</span>}
      </dd>
    </div>
  )
}
