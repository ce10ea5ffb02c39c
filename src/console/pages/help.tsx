import type { Frame } from '../frame.ts'
import { Keys } from '../parts/keys.tsx'
import { Layout } from '../parts/layout.tsx'

export function HelpPage({ frame }: { frame: Frame }) {
  return (
    <Layout frame={frame} title="Keyboard">
      <div class="column">
        <header class="page-head">
          <h1>Keyboard</h1>
        </header>
        <section class="card">
          <Keys frame={frame} />
        </section>
      </div>
    </Layout>
  )
}
