import type { Frame } from '../frame.ts'
import { Fault, Outside } from './outside.tsx'

/** The second step of signing in. */
export function CodePage({ asset, to, fault }: { asset: Frame['asset']; to?: string | undefined; fault?: string }) {
  return (
    <Outside title="Second step" asset={asset}>
      <h1>Second step</h1>
      <Fault text={fault} />
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
          autofocus
          aria-describedby="code-hint"
        />
        <p class="hint" id="code-hint">
          Six digits. Without your phone, one of your recovery codes does it too.
        </p>
        <button type="submit" class="button button-primary">
          Sign in
        </button>
        <a class="button button-quiet" href="/sign-in">
          Back
        </a>
      </form>
    </Outside>
  )
}
