import type { ConnectedAccount, LoginView } from '#src/domain/login.ts'
import { lackOf } from '#src/domain/permission.ts'
import type { Frame } from '../frame.ts'
import { Icon } from '../parts/icons.tsx'
import { Outside } from './outside.tsx'

interface LoginProps {
  asset: Frame['asset']
  login: LoginView
  /** Whoever opened a link of the command line need not be one. */
  isOperator: boolean
  fault?: string
}

/** What stands to choose after signing in at a platform, and what came of it. */
export function LoginPage(props: LoginProps) {
  const { status, isExpired } = props.login
  if (status === 'connected' || status === 'refused') return <EndPage {...props} />
  if (status === 'choosing' && !isExpired) return <ChoicePage {...props} />
  return (
    <Outside title="Nothing was connected" asset={props.asset}>
      <h1>{isExpired ? 'Ten minutes are over' : 'Still at work'}</h1>
      <p>
        {isExpired
          ? 'What was allowed has been erased here, and nothing was connected. Please begin again.'
          : 'The accounts are being connected. Load this page again in a moment.'}
      </p>
      <Back {...props} />
    </Outside>
  )
}

function ChoicePage({ asset, login, fault }: LoginProps) {
  const { choices, asked } = login
  const isThere = asked && choices.some(({ accountRef }) => accountRef === asked.accountRef)
  const open = choices.filter(({ lacks }) => lacks.length === 0)
  return (
    <Outside title="Which Pages?" asset={asset}>
      <h1>Which Pages?</h1>
      <p class="muted">Only what you tick is connected. Nothing is kept of the others.</p>
      {asked && !isThere && (
        <p class="reason">
          <Icon name="warning" />
          <span>
            <strong>{asked.name}</strong> is not among them: whoever signed in has no role there, or did not allow it.
            It stays as it was.
          </span>
        </p>
      )}
      {fault && (
        <p class="refused" role="alert">
          <Icon name="warning" />
          <span>{fault}</span>
        </p>
      )}
      <form method="post" action={`/logins/${login.id}/accounts`} class="choice">
        <fieldset>
          <legend class="sr">Pages</legend>
          {choices.map((choice) => (
            <Choice choice={choice} isTicked={asked ? choice.accountRef === asked.accountRef : open.length === 1} />
          ))}
        </fieldset>
        {open.length > 0 && (
          <button type="submit" class="button button-primary">
            Connect
          </button>
        )}
      </form>
      {open.length === 0 && <p>None of them can be connected with these roles.</p>}
    </Outside>
  )
}

const taskWords: Record<string, string> = {
  MESSAGING: 'answer messages',
  MODERATE: 'moderate comments',
}

function Choice({ choice, isTicked }: { choice: LoginView['choices'][number]; isTicked: boolean }) {
  const { accountRef, name, lacks, isConnected } = choice
  const mayNot = lacks.length > 0
  return (
    <label class={`choice-line ${mayNot ? 'is-closed' : ''}`}>
      <input
        type="checkbox"
        name="pages"
        value={accountRef}
        checked={isTicked && !mayNot}
        disabled={mayNot}
        aria-describedby={`page-${accountRef}`}
      />
      <span>
        <strong>
          <bdi>{name}</bdi>
        </strong>
        <span class="hint" id={`page-${accountRef}`}>
          {mayNot
            ? `Your role there does not let you ${lacks.map((task) => taskWords[task] ?? task).join(' or ')}. Ask somebody with full control of the Page.`
            : isConnected
              ? 'Connected already; it gets a new token.'
              : accountRef}
        </span>
      </span>
    </label>
  )
}

function EndPage(props: LoginProps) {
  const { login, asset } = props
  const { connected, refused } = login.result ?? { connected: [], refused: [] }
  return (
    <Outside title={connected.length > 0 ? 'Connected' : 'Nothing was connected'} asset={asset}>
      <h1>{connected.length > 0 ? 'Connected' : 'Nothing was connected'}</h1>
      {connected.map((account) => (
        <Connected {...props} account={account} />
      ))}
      {refused.map(({ name, why }) => (
        <p class={connected.length > 0 || name ? 'reason' : undefined}>
          {name ? (
            <>
              <Icon name="warning" />
              <span>
                <strong>{name}</strong>: {why}.
              </span>
            </>
          ) : (
            `${why}. Nothing was stored, and nothing changed.`
          )}
        </p>
      ))}
      <Back {...props} />
    </Outside>
  )
}

function Connected({ account, login, isOperator }: LoginProps & { account: ConnectedAccount }) {
  const { accountId, name, isNew, missing, isSubscribed } = account
  return (
    <div class="choice-line">
      <Icon name="check" />
      <div>
        <strong>{isOperator ? <a href={`/accounts/${accountId}`}>{name}</a> : <bdi>{name}</bdi>}</strong>
        <span class="hint">{isNew ? 'Connected.' : 'Connected again, with all it had.'}</span>
        {missing.map((scope) => (
          <span class="hint state-warn">Not allowed: {lackOf(login.platform, scope)}</span>
        ))}
        {!isSubscribed && (
          <span class="hint state-warn">
            Meta did not confirm that it will tell us of new messages; this is tried again.
          </span>
        )}
      </div>
    </div>
  )
}

function Back({ isOperator, login }: LoginProps) {
  if (!isOperator) return <p class="muted">You can close this page; the terminal knows.</p>
  const isDone = login.status === 'connected'
  return (
    <p>
      <a class="button button-primary" href={isDone ? '/accounts' : '/connect'}>
        {isDone ? 'To the accounts' : 'Begin again'}
      </a>
    </p>
  )
}
