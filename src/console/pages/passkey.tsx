import type { Frame } from '../frame.ts'
import { PasskeyForm } from '../parts/passkeys.tsx'
import { Fault, Outside } from './outside.tsx'

/** Makes a passkey and gives it a name. */
export function NewPasskeyPage({ asset, name, fault }: { asset: Frame['asset']; name: string; fault?: string }) {
  return (
    <Outside title="Add a passkey" asset={asset}>
      <h1>Add a passkey</h1>
      <p class="muted">
        A fingerprint, a face, the PIN of this device or a security key then stands in for the code of your app. The app
        stays as the way back.
      </p>
      <Fault text={fault} />
      <PasskeyForm
        {...{ asset, fields: [] }}
        action="/me/passkeys"
        challenges="/me/passkeys/challenges"
        field="credential"
        label="Add it"
        back="/me"
      >
        <label for="name">What you call it</label>
        <input
          id="name"
          name="name"
          type="text"
          value={name}
          maxlength={60}
          autocomplete="off"
          required
          aria-describedby="name-hint"
        />
        <p class="hint" id="name-hint">
          So that you know it again in the list: “Phone”, “Blue key”.
        </p>
      </PasskeyForm>
    </Outside>
  )
}
