import type { Frame } from '../frame.ts'
import { Icon } from '../parts/icons.tsx'
import { KeysForm, type TypedKeys } from '../parts/keys-form.tsx'
import { Layout } from '../parts/layout.tsx'
import { NewPassword } from '../parts/new-password.tsx'
import { Passkeys } from '../parts/passkeys.tsx'
import { When } from '../parts/time.tsx'
import type { OwnAccount, Session } from '../people-verbs.ts'

interface MeProps {
  frame: Frame
  session: Session
  account: OwnAccount
  fault?: string | undefined
  keys?: TypedKeys | undefined
}

/** How this operator gets in, and where they are in. */
export function MePage({ frame, session, account, fault, keys }: MeProps) {
  const { name, email, role } = session.operator
  return (
    <Layout frame={frame} title="Your sign-in">
      <div class="column">
        <header class="page-head">
          <h1>Your sign-in</h1>
          <p class="muted">
            <bdi>{name}</bdi> · {email} · {role}
          </p>
        </header>
        <Factor frame={frame} account={account} />
        <Passkeys frame={frame} account={account} />
        <Password fault={fault} email={email} />
        <section class="card" id="own-keys">
          <h2>Keyboard</h2>
          <KeysForm frame={frame} back="/me" typed={keys} />
        </section>
        <Sessions frame={frame} session={session} account={account} />
      </div>
    </Layout>
  )
}

/** So few that it is time for new ones. */
const FEW = 3

function Factor({ frame, account: { factorSince, recoveryCodesLeft: left } }: Pick<MeProps, 'frame' | 'account'>) {
  if (!factorSince) {
    return (
      <section class="card">
        <h2>
          Second factor <span class="tag tag-warn">Off</span>
        </h2>
        <p>Whoever learns your password is you. With a code from your phone besides, they are not.</p>
        <p>
          <a class="button button-primary" href="/me/second-factor">
            Set it up
          </a>
        </p>
      </section>
    )
  }
  return (
    <section class="card">
      <h2>
        Second factor <span class="tag tag-good">On</span>
      </h2>
      <p>
        An authenticator app, since <When at={factorSince} clock={frame} />.{' '}
        <span class={left < FEW ? 'state-warn' : ''}>
          {left === 0 ? 'No recovery code is left.' : `${left} recovery ${left === 1 ? 'code is' : 'codes are'} left.`}
        </span>
      </p>
      <div class="row">
        <form method="post" action="/me/recovery-codes">
          <button type="submit" class="button">
            New recovery codes
          </button>
        </form>
        <a class="button" href="/me/second-factor">
          Use another app
        </a>
      </div>
    </section>
  )
}

function Password({ fault, email }: { fault: string | undefined; email: string }) {
  return (
    <section class="card" id="password-card">
      <h2>Password</h2>
      {fault && (
        <p class="refused" role="alert">
          <Icon name="warning" />
          <span>{fault}</span>
        </p>
      )}
      <form method="post" action="/me/password" class="settings narrow">
        <input type="hidden" name="username" value={email} autocomplete="username" />
        <label for="current">Current password</label>
        <input id="current" name="current" type="password" autocomplete="current-password" required />
        <NewPassword label="New password" />
        <p>
          <button type="submit" class="button">
            Change it
          </button>
        </p>
      </form>
    </section>
  )
}

function Sessions({ frame, session, account: { sessions } }: Omit<MeProps, 'fault' | 'keys'>) {
  const others = sessions.filter(({ id }) => id !== session.sessionId)
  return (
    <section class="card">
      <h2>Where you are signed in</h2>
      <ul class="people">
        {sessions.map(({ id, agent, createdAt, lastSeenAt }) => (
          <li class="person">
            <div>
              <p>
                <strong>{agent || 'Unknown browser'}</strong>
                {id === session.sessionId && <span class="tag tag-good">This one</span>}
              </p>
              <p class="muted">
                Signed in <When at={createdAt} clock={frame} />, last seen <When at={lastSeenAt} clock={frame} />
              </p>
            </div>
            {id !== session.sessionId && (
              <form method="post" action={`/me/sessions/${id}/ending`}>
                <button type="submit" class="button button-small">
                  End<span class="sr"> the session of {agent}</span>
                </button>
              </form>
            )}
          </li>
        ))}
      </ul>
      {others.length > 1 && (
        <form method="post" action="/me/sessions/ending">
          <button type="submit" class="button button-danger">
            End all others
          </button>
        </form>
      )}
    </section>
  )
}
