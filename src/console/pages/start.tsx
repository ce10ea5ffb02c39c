import type { Child } from 'hono/jsx'
import { Icon } from '../parts/icons.tsx'
import { Layout } from '../parts/layout.tsx'
import { Account, Claude, Reply, type StartFacts, type StepProps, Voice, You } from '../parts/start-steps.tsx'
import { type StartStep, startSteps } from '../start.ts'

interface Step {
  title: string
  isDone(facts: StartFacts): boolean
  /** What was done or found, and what there is to do. */
  Body: (props: StepProps) => Child
}

const steps: Record<StartStep, Step> = {
  you: { title: 'You, and your second factor', isDone: ({ hasFactor }) => hasFactor, Body: You },
  account: { title: 'An account', isDone: ({ accounts }) => accounts.length > 0, Body: Account },
  claude: {
    title: 'Claude',
    isDone: ({ claude, claudeTrouble }) => claude !== undefined && claudeTrouble === undefined,
    Body: Claude,
  },
  voice: {
    title: 'The voice',
    isDone: ({ accounts }) => accounts.some(({ voice }) => voice.trim() !== ''),
    Body: Voice,
  },
  reply: { title: 'Your first reply', isDone: ({ hasApproved }) => hasApproved, Body: Reply },
}

/** Five steps from the one-time link to the first reply. Each can wait. */
export function StartPage({ frame, facts, skipped }: StepProps & { skipped: ReadonlySet<StartStep> }) {
  const open = startSteps.filter((step) => !steps[step].isDone(facts) && !skipped.has(step))
  const done = startSteps.filter((step) => steps[step].isDone(facts)).length
  return (
    <Layout frame={frame} title="First steps">
      <div class="column start">
        <header class="page-head">
          <h1>First steps</h1>
          <p class="muted">
            {done} of {startSteps.length} done
          </p>
        </header>
        <ol class="start-steps">
          {startSteps.map((step) => (
            <StepCard
              step={step}
              isDone={steps[step].isDone(facts)}
              isSkipped={skipped.has(step)}
              isNext={step === open[0]}
              frame={frame}
              facts={facts}
            />
          ))}
        </ol>
        <form method="post" action="/start" class="row">
          <input type="hidden" name="end" value="1" />
          <input type="hidden" name="back" value="/queue" />
          <button type="submit" class={open.length === 0 ? 'button button-primary' : 'button'}>
            {open.length === 0 ? 'Go to the queue' : 'Leave these steps'}
          </button>
          <span class="hint">You find them again in the menu behind your name.</span>
        </form>
      </div>
    </Layout>
  )
}

interface CardProps extends StepProps {
  step: StartStep
  isDone: boolean
  isSkipped: boolean
  isNext: boolean
}

function StepCard({ step, isDone, isSkipped, isNext, frame, facts }: CardProps) {
  const { title, Body } = steps[step]
  const waits = !isDone && isSkipped
  return (
    <li class="card" id={`step-${step}`} aria-current={isNext ? 'step' : undefined}>
      <h2>
        <span class="start-title">{title}</span>
        {isDone && (
          <span class="tag tag-good">
            <Icon name="check" /> Done
          </span>
        )}
        {waits && <span class="tag">Later</span>}
      </h2>
      <Body frame={frame} facts={facts} />
      {!isDone && (
        <form method="post" action="/start">
          <input type="hidden" name={waits ? 'again' : 'skip'} value={step} />
          <input type="hidden" name="back" value={`/start#step-${step}`} />
          <button type="submit" class="link">
            {waits ? 'Take it up again' : 'Do this later'}
          </button>
        </form>
      )}
    </li>
  )
}
