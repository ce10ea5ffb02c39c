import type { PropsWithChildren } from 'hono/jsx'
import type { Frame } from '../frame.ts'
import type { OwnAccount } from '../people-verbs.ts'
import { When } from './time.tsx'

interface FormProps {
  asset: Frame['asset']
  action: string
  /** Where a script fetches what the browser is asked. */
  challenges: string
  /** Into which field it puts the answer. */
  field: string
  fields: [string, string][]
  label: string
  /** One is made, not used; this leads back to where one was. */
  back?: string
}

/** A form that a script fills in with what the browser says of a passkey. Without scripts, or where there are no passkeys, it says so. */
export function PasskeyForm(props: PropsWithChildren<FormProps>) {
  const { asset, action, challenges, field, fields, label, back, children } = props
  return (
    <form method="post" action={action} class="settings passkey" data-challenges={challenges} data-new={back && ''}>
      {fields.map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      <input type="hidden" name={field} data-answer />
      {children}
      <button type="submit" class="button button-primary" data-ask hidden>
        {label}
      </button>
      {back && (
        <a class="button button-quiet" href={back}>
          Not now
        </a>
      )}
      <p class="hint" role="status" data-words />
      <noscript>
        <p class="hint">
          A passkey needs JavaScript, which this browser does not run here.{' '}
          {back ? 'The code of your app works without it.' : 'The way below works without it.'}
        </p>
      </noscript>
      <script type="module" src={asset('passkey.js')} />
    </form>
  )
}

/** Between two ways of which either does. */
export function Or() {
  return (
    <p class="or">
      <span>or</span>
    </p>
  )
}

/** The passkeys of whoever looks at their own page. */
export function Passkeys({ frame, account }: { frame: Frame; account: OwnAccount }) {
  const { passkeys, factorSince } = account
  return (
    <section class="card" id="passkeys">
      <h2>Passkeys</h2>
      <p>
        In place of the app’s code: a fingerprint, a face, a PIN or a security key. It works on this address only, so
        nobody can talk you out of it.
      </p>
      {passkeys && passkeys.length > 0 && <List frame={frame} passkeys={passkeys} />}
      <Adding canAdd={passkeys !== undefined} hasApp={factorSince !== null} />
    </section>
  )
}

function List({ frame, passkeys }: { frame: Frame; passkeys: NonNullable<OwnAccount['passkeys']> }) {
  return (
    <ul class="people">
      {passkeys.map(({ id, name, createdAt, lastUsedAt }) => (
        <li class="person">
          <div>
            <p>
              <strong>
                <bdi>{name}</bdi>
              </strong>
            </p>
            <p class="muted">
              Added <When at={createdAt} clock={frame} />,{' '}
              {lastUsedAt ? (
                <>
                  last used <When at={lastUsedAt} clock={frame} />
                </>
              ) : (
                'not used yet'
              )}
            </p>
          </div>
          <form method="post" action={`/me/passkeys/${id}/removal`}>
            <button type="submit" class="button button-small">
              Remove<span class="sr"> the passkey {name}</span>
            </button>
          </form>
        </li>
      ))}
    </ul>
  )
}

function Adding({ canAdd, hasApp }: { canAdd: boolean; hasApp: boolean }) {
  if (!canAdd) {
    return <p class="hint">Browsers make none here: they need https and a name, and PUBLIC_URL has not both.</p>
  }
  if (!hasApp) return <p class="hint">Set up the second factor above first: its app is the way back.</p>
  return (
    <p>
      <a class="button" href="/me/passkeys/new">
        Add a passkey
      </a>
    </p>
  )
}
