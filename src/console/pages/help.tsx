import type { Frame } from '../frame.ts'
import { Keys } from '../parts/keys.tsx'
import { KeysForm, type TypedKeys } from '../parts/keys-form.tsx'
import { Layout } from '../parts/layout.tsx'

export function HelpPage({ frame, typed }: { frame: Frame; typed?: TypedKeys }) {
  return (
    <Layout frame={frame} title="Keyboard">
      <div class="column">
        <header class="page-head">
          <h1>Keyboard</h1>
        </header>
        <section class="card">
          <Keys frame={frame} />
        </section>
        <section class="card" id="own-keys">
          <h2>Your own keys</h2>
          <KeysForm frame={frame} back="/help" typed={typed} />
        </section>
      </div>
    </Layout>
  )
}
