/* What each of the first steps says: what was done or found, and what there is to do. */
import { platformRules } from '#src/domain/platform.ts'
import type { Frame } from '../frame.ts'
import type { AccountView } from '../house-views.ts'
import type { ListItem } from '../views.ts'
import { Icon } from './icons.tsx'
import { Name, Revealed } from './revealed.tsx'
import { When } from './time.tsx'

/** What is there already, from which follows what is done. */
export interface StartFacts {
  hasFactor: boolean
  accounts: AccountView[]
  /** The newest draft of Claude's that waits. */
  claude: { model: string | null; at: Date } | undefined
  claudeTrouble: string | undefined
  samples: ListItem[]
  hasApproved: boolean
}

export interface StepProps {
  frame: Frame
  facts: StartFacts
}

export function You({ frame: { operator }, facts: { hasFactor } }: StepProps) {
  return (
    <>
      <p>
        You are <bdi>{operator.name}</bdi>, {operator.role}. The one-time link has been used up and opens nothing any
        more.{' '}
        {hasFactor
          ? 'Signing in asks for a code of your app besides the password.'
          : 'So far your password alone signs you in.'}
      </p>
      {!hasFactor && (
        <p>
          <a class="button" href="/me/second-factor?to=/start">
            Set up a second factor
          </a>
        </p>
      )}
    </>
  )
}

export function Account({ frame, facts: { accounts } }: StepProps) {
  return (
    <>
      {accounts.length === 0 ? (
        <p>No account is connected, so no message arrives yet.</p>
      ) : (
        <ul class="start-list">
          {accounts.slice(0, 5).map(({ id, name, platform }) => (
            <li>
              <a href={`/accounts/${id}`}>
                <bdi>{name}</bdi>
              </a>{' '}
              <span class="muted">{platformRules[platform].name}</span>
            </li>
          ))}
        </ul>
      )}
      {frame.sandbox && (
        <p class="muted">
          These are the sandbox’s. Stay with them as long as you like: nothing reaches Meta. A real installation sets
          INSTAGRAM_APP_SECRET or META_APP_SECRET, which turns the sandbox off.
        </p>
      )}
      {!frame.sandbox && (
        <p class="row">
          <a class="button" href="/connect">
            Connect an account
          </a>
          <a href="/setup-check">Setup check</a>
        </p>
      )}
    </>
  )
}

/** The key is in the drafting process alone, so it is tried where it lies: by asking for a draft. */
export function Claude({ frame, facts: { claude, claudeTrouble, samples } }: StepProps) {
  const [first] = samples
  return (
    <>
      {claudeTrouble && (
        <p class="reason">
          <Icon name="warning" />
          <span>{claudeTrouble}</span>
        </p>
      )}
      {claude ? (
        <p>
          Claude answered <When at={claude.at} clock={frame} />
          {claude.model && (
            <>
              {' '}
              with <code>{claude.model}</code>
            </>
          )}
          .
        </p>
      ) : (
        <p>No draft of Claude’s waits at this moment, so nobody knows yet whether it answers.</p>
      )}
      <p class="muted">
        The key is <code>ANTHROPIC_API_KEY</code>, or a file named by <code>ANTHROPIC_API_KEY_FILE</code>. Only the
        drafting process reads it, so it cannot be typed or seen here.{' '}
        {frame.sandbox && 'Without one a stand-in answers.'}
      </p>
      {first ? (
        <form method="post" action={`/conversations/${first.id}/drafts`}>
          <input type="hidden" name="back" value="/start#step-claude" />
          <button type="submit" class="button">
            Try the key with a draft
          </button>
        </form>
      ) : (
        <p class="hint">As soon as a message waits, the key can be tried with a draft.</p>
      )}
    </>
  )
}

export function Voice({ facts: { accounts, samples } }: StepProps) {
  const drafted = samples.filter(({ draftText }) => draftText !== null)
  const [account] = accounts
  return (
    <>
      <p>
        {accounts.some(({ voice }) => voice.trim() !== '')
          ? 'Claude writes in the voice you set.'
          : 'No account has a voice yet, so Claude writes plainly. Two sentences are enough: how you sound, and what must be right.'}
      </p>
      {drafted.map(({ id, contactName, contactUsername, headText, draftText }) => (
        <figure class="start-sample">
          <figcaption class="muted">
            <Name of={{ contactName, contactUsername }} />:{' '}
            <span dir="auto">{headText && <Revealed text={headText} />}</span>
          </figcaption>
          <blockquote dir="auto">{draftText && <Revealed text={draftText} />}</blockquote>
          <form method="post" action={`/conversations/${id}/drafts`}>
            <input type="hidden" name="back" value="/start#step-voice" />
            <button type="submit" class="link">
              Draft this again
            </button>
          </form>
        </figure>
      ))}
      {account && (
        <p>
          <a class="button" href={`/accounts/${account.id}#voice`}>
            Set the voice
          </a>
        </p>
      )}
    </>
  )
}

export function Reply({ frame, facts: { hasApproved, samples } }: StepProps) {
  const next = samples.find(({ draftText }) => draftText !== null)
  if (hasApproved)
    return (
      <p>
        A reply was approved and is on the record. <a href="/outbox">See what became of it</a>
      </p>
    )
  return (
    <>
      <p>
        Read a draft, change what you like, and approve it. It is held for some seconds, in which you can take it back.
        {frame.sandbox && ' Here it reaches a made-up contact only.'}
      </p>
      <p>
        <a class="button" href={next ? `/queue?c=${next.id}#composer` : '/queue'}>
          {next ? 'Open a draft' : 'Open the queue'}
        </a>
      </p>
    </>
  )
}
