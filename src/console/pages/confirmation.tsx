import type { Frame } from '../frame.ts'
import { Or, PasskeyForm } from '../parts/passkeys.tsx'
import { Fault, Outside } from './outside.tsx'

/** The field of a form that proves who sends it. */
export const PROOF_FIELD = 'proof'
/** The same by a passkey, which a script puts in. */
export const PASSKEY_FIELD = 'proof-passkey'

interface Props {
  asset: Frame['asset']
  /** Where the form goes on to. */
  action: string
  /** What was in the form that asked for this. */
  fields: [string, string][]
  back: string
  /** They have one. */
  hasPasskey: boolean
  fault?: string | undefined
}

/** Asks once more who is there, and goes on with what was begun. */
export function ConfirmationPage({ asset, action, fields, back, hasPasskey, fault }: Props) {
  return (
    <Outside title="Is it you?" asset={asset}>
      <h1>Is it you?</h1>
      <p class="muted">For this, a browser that somebody left open is not enough. Prove it, and it goes on.</p>
      <Fault text={fault && `${fault}.`} />
      {hasPasskey && (
        <>
          <PasskeyForm
            {...{ asset, action, fields }}
            challenges="/confirmation/challenges"
            field={PASSKEY_FIELD}
            label="Use a passkey"
          />
          <Or />
        </>
      )}
      <form method="post" action={action} class="settings">
        {fields.map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
        <label for="proof">Password, or the code of your app</label>
        <input
          id="proof"
          name={PROOF_FIELD}
          type="password"
          autocomplete="current-password"
          required
          autofocus={!hasPasskey}
        />
        <button type="submit" class={`button ${hasPasskey ? '' : 'button-primary'}`}>
          Go on
        </button>
        <a class="button button-quiet" href={back}>
          Leave it
        </a>
      </form>
    </Outside>
  )
}
