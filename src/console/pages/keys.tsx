import { isUsable, rotationDueAt } from '#src/domain/api-key.ts'
import { scopes } from '#src/domain/identity.ts'
import type { Frame } from '../frame.ts'
import { Icon } from '../parts/icons.tsx'
import { Layout } from '../parts/layout.tsx'
import { When } from '../parts/time.tsx'
import type { KeyView } from '../people-verbs.ts'

interface KeysProps {
  frame: Frame
  keys: KeyView[]
  /** A key that was just made; it is shown this once. */
  made?: { key: string } | undefined
  refusal?: string | undefined
}

/** The keys with which programs call. */
export function KeysPage({ frame, keys, made, refusal }: KeysProps) {
  return (
    <Layout frame={frame} title="API keys">
      <div class="column">
        <header class="page-head">
          <h1>API keys</h1>
        </header>
        {refusal && (
          <p class="refused" role="alert">
            <Icon name="warning" />
            <strong>{refusal}</strong>
          </p>
        )}
        {made && (
          <section class="card" role="status">
            <h2>The new key</h2>
            <p>Copy it now: it is shown this once and kept nowhere.</p>
            <p>
              <code class="made-key">{made.key}</code>
            </p>
          </section>
        )}
        {keys.map((key) => (
          <KeyCard frame={frame} key_={key} />
        ))}
        {keys.length === 0 && (
          <p class="muted checked">No program has a key yet. With one, a program of yours calls /api/v1.</p>
        )}
        <NewKey />
      </div>
    </Layout>
  )
}

function KeyCard({ frame, key_: key }: { frame: Frame; key_: KeyView }) {
  const works = isUsable(key, frame.now)
  const state = works ? 'Works' : key.revokedAt ? 'Revoked' : 'Expired'
  return (
    <section class="card" id={key.id}>
      <h2>
        <bdi>{key.name}</bdi>
        <span class={works ? 'tag tag-good' : 'tag'}>{state}</span>
        {works && rotationDueAt(key) <= frame.now && <span class="tag tag-warn">Rotate it</span>}
      </h2>
      <p>
        <code>{key.hint}…</code> <span class="muted">may {key.scopes.join(', ')}</span>
        {key.accountIds && <span class="muted"> for {key.accountIds.length} of the accounts</span>}
      </p>
      <Life frame={frame} key_={key} />
      {key.uses.length > 0 && <Calls key_={key} />}
      {works && <KeyForms id={key.id} isReplaced={key.replacedBy !== null} />}
    </section>
  )
}

function Life({ frame, key_: key }: { frame: Frame; key_: KeyView }) {
  const calls = key.uses.reduce((sum, { uses }) => sum + uses, 0)
  return (
    <p class="muted">
      Made <When at={key.createdAt} clock={frame} />.{' '}
      {key.lastUsedAt ? (
        <>
          Last used <When at={key.lastUsedAt} clock={frame} />, {calls} {calls === 1 ? 'call' : 'calls'}.{' '}
        </>
      ) : (
        'Never used. '
      )}
      {key.expiresAt && (
        <>
          Ends <When at={key.expiresAt} clock={frame} />.
        </>
      )}
    </p>
  )
}

function Calls({ key_: key }: { key_: KeyView }) {
  return (
    <details>
      <summary>Calls</summary>
      <dl>
        {key.uses.map(({ route, uses }) => (
          <div class="row">
            <dt>
              <code>{route}</code>
            </dt>
            <dd>{uses}</dd>
          </div>
        ))}
      </dl>
    </details>
  )
}

function KeyForms({ id, isReplaced }: { id: string; isReplaced: boolean }) {
  return (
    <div class="row">
      {!isReplaced && (
        <form method="post" action={`/keys/${id}/rotation`} class="row">
          <label for={`overlap-${id}`}>Both work for (hours)</label>
          <input id={`overlap-${id}`} name="overlapHours" type="text" inputmode="numeric" value="168" required />
          <button type="submit" class="button">
            Rotate
          </button>
        </form>
      )}
      <form method="post" action={`/keys/${id}/revocation`}>
        <button type="submit" class="button button-danger">
          Revoke
        </button>
      </form>
    </div>
  )
}

const meanings: Record<(typeof scopes)[number], string> = {
  monitor: 'how the house is, and its alerts',
  read: 'conversations, drafts, replies and accounts',
  acknowledge: 'take note of alerts',
  export: 'take data out',
  audit: 'the record',
}

function NewKey() {
  return (
    <section class="card">
      <h2>A new key</h2>
      <form method="post" action="/keys" class="settings">
        <label for="key-name">What it is for</label>
        <input id="key-name" name="name" type="text" maxlength={255} required autocomplete="off" />
        <fieldset>
          <legend>What it may</legend>
          {scopes.map((scope) => (
            <label class="tick">
              <input type="checkbox" name="scope" value={scope} />
              <span>
                {scope} <span class="muted">{meanings[scope]}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <label for="key-days">Ends after (days; empty for never)</label>
        <input id="key-days" name="days" type="text" inputmode="numeric" />
        <p class="row">
          <button type="submit" class="button button-primary">
            Make the key
          </button>
        </p>
      </form>
    </section>
  )
}
