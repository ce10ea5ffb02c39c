import type { Core } from '../core.ts'
import type { Contact } from '../world.ts'
import { ContactList } from './contact-list.tsx'
import { Thread } from './thread.tsx'

export interface PageView {
  core: Core
  consoleUrl: string
  contact?: Contact
  /** What was wrong with the form, and what was in it. */
  trouble?: string
  typed?: string
}

/** The whole page: people on the left, the chosen person's phone on the right; one of the two on a phone. */
export function SandboxPage({ core, consoleUrl, contact, trouble, typed }: PageView) {
  const title = contact ? `${contact.name} · Sandbox` : 'Sandbox'
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{title}</title>
        <link rel="icon" href="/assets/sandbox.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/assets/sandbox.css" />
        <script type="module" src="/assets/sandbox.js" />
      </head>
      <body class={contact ? 'reading' : 'choosing'}>
        <header class="top">
          <strong class="mark">Sandbox</strong>
          <p>You play the customers of {core.account.name}. Nobody here is real, and nothing leaves this machine.</p>
          <a href={consoleUrl}>Open the console</a>
        </header>
        {core.settings.clockOffsetMs !== 0 && <p class="clock">The sandbox’s clock reads {sayTime(core.clock())}</p>}
        <main>
          <ContactList core={core} chosen={contact?.contactRef} trouble={contact ? undefined : trouble} />
          {contact ? (
            <Thread core={core} contact={contact} trouble={trouble} typed={typed} />
          ) : (
            <section class="empty">
              <p>Choose somebody, and write as them.</p>
              <p>What the shop answers appears here as it arrives.</p>
            </section>
          )}
        </main>
      </body>
    </html>
  )
}

function sayTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
