import type { Frame } from '../frame.ts'
import { Or, PasskeyForm } from '../parts/passkeys.tsx'
import { Fault, Outside } from './outside.tsx'

interface Props {
  asset: Frame['asset']
  to?: string | undefined
  /** They have one. */
  hasPasskey: boolean
  fault?: string | undefined
}

/** The second step of signing in. */
export function CodePage({ asset, to, hasPasskey, fault }: Props) {
  return (
    <Outside title="Second step" asset={asset}>
      <h1>Second step</h1>
      <Fault text={fault} />
      {hasPasskey && (
        <>
          <PasskeyForm
            {...{ asset, fields: to ? [['to', to]] : [] }}
            action="/sign-in/passkey"
            challenges="/sign-in/passkey/challenges"
            field="passkey"
            label="Sign in with a passkey"
          />
          <Or />
        </>
      )}
      <form method="post" action="/sign-in/code" class="settings">
        {to && <input type="hidden" name="to" value={to} />}
        <label for="code">Code from your authenticator app</label>
        <input
          id="code"
          class="code"
          name="code"
          type="text"
          autocomplete="one-time-code"
          autocapitalize="none"
          spellcheck={false}
          maxlength={40}
          required
          autofocus={!hasPasskey}
          aria-describedby="code-hint"
        />
        <p class="hint" id="code-hint">
          Six digits. Without your phone, one of your recovery codes does it too.
        </p>
        <button type="submit" class={`button ${hasPasskey ? '' : 'button-primary'}`}>
          Sign in
        </button>
        <a class="button button-quiet" href="/sign-in">
          Back
        </a>
      </form>
    </Outside>
  )
}
