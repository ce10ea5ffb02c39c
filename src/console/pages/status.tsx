import { inWords } from '../assets/remaining.js'
import type { Frame } from '../frame.ts'
import type { BlockView, HealthView, StagesView } from '../house-views.ts'
import { Icon } from '../parts/icons.tsx'
import { counted, Layout } from '../parts/layout.tsx'
import { Stages } from '../parts/stages.tsx'
import { When } from '../parts/time.tsx'

const LATE_MS = 60_000

interface Row {
  label: string
  value: string
  ok: boolean
  hint?: string
}

interface StatusProps {
  frame: Frame
  health: HealthView
  stages: StagesView
  blocks: BlockView[]
}

/** How the machine is: what waits at each stage of the way, and what is out of order. */
export function StatusPage({ frame, health, stages, blocks }: StatusProps) {
  const rows = rowsOf(health, frame.now)
  const well = rows.every(({ ok }) => ok) && frame.troubles.length === 0
  return (
    <Layout frame={frame} title="Health">
      <div class="column" id="status" data-live>
        <header class="page-head">
          <h1>Health</h1>
          <p class={well ? 'state state-good' : 'state state-warn'}>
            {well ? 'All is well' : 'Something needs a look'}
          </p>
        </header>
        <section class="card">
          <dl class="checks">
            {rows.map(({ label, value, ok, hint }) => (
              <div class={ok ? 'check' : 'check check-bad'}>
                <dt>
                  <Icon name={ok ? 'check' : 'warning'} />
                  {label}
                </dt>
                <dd>
                  {value}
                  {hint && !ok && <span class="hint">{hint}</span>}
                </dd>
              </div>
            ))}
          </dl>
          <p class="muted">
            Last webhook {health.lastDeliveryAt ? <When at={health.lastDeliveryAt} clock={frame} /> : 'never'}. Times
            are shown for {frame.zone}.
          </p>
        </section>
        <Stages stages={stages} frame={frame} />
        <Blocks blocks={blocks} frame={frame} />
      </div>
    </Layout>
  )
}

const offences: Record<BlockView['reason'], string> = {
  person: 'blocked by hand',
  signatures: 'wrong signatures',
  sign_in: 'wrong passwords or keys',
  probing: 'looked for holes of other programs',
}

function Blocks({ blocks, frame }: { blocks: BlockView[]; frame: Frame }) {
  if (blocks.length === 0) return null
  return (
    <section class="card">
      <h2>Blocked addresses</h2>
      <ul>
        {blocks.map(({ network, reason, until }) => (
          <li>
            <code>{network}</code>: {offences[reason]}, until <When at={until} clock={frame} />
          </li>
        ))}
      </ul>
      <p class="muted">
        <code>countersign addresses unblock ADDRESS</code> lets one come again.
      </p>
    </section>
  )
}

function rowsOf(health: HealthView, now: Date): Row[] {
  const late = health.oldestDueAt ? now.getTime() - health.oldestDueAt.getTime() : 0
  const amount = (count: number) => (count === 0 ? 'none' : counted(count))
  return [
    { label: 'Database', value: 'answers', ok: true },
    {
      label: 'Webhooks waiting to be received',
      value: amount(health.deliveriesStored),
      ok: health.deliveriesStored < 50,
      hint: 'The drafting process takes them in. Is it running?',
    },
    {
      label: 'Webhooks that could not be received',
      value: amount(health.deliveriesFailed),
      ok: health.deliveriesFailed === 0,
      hint: 'They are kept, and can be received again after an update.',
    },
    { label: 'Unrecognised items', value: amount(health.unrecognised), ok: true },
    {
      label: 'Conversations waiting for a draft',
      value:
        late > LATE_MS
          ? `${amount(health.waitingForDraft)}, the oldest ${inWords(late)} late`
          : amount(health.waitingForDraft),
      ok: late <= LATE_MS,
      hint: 'The drafting process is busy, or away.',
    },
    { label: 'Replies queued', value: amount(health.queued), ok: true },
    { label: 'Replies being sent', value: amount(health.sending), ok: true },
    {
      label: 'Replies of unknown fate',
      value: amount(health.uncertain),
      ok: health.uncertain === 0,
      hint: 'Settle them in the outbox.',
    },
  ]
}
