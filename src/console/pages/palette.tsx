import type { Frame } from '../frame.ts'
import { Layout } from '../parts/layout.tsx'
import { nameOf } from '../parts/revealed.tsx'
import type { ListItem } from '../views.ts'

interface PaletteProps {
  frame: Frame
  q: string
  views: { name: string; query: string }[]
  /** What `q` was found in; nothing while nothing is asked. */
  found: ListItem[]
}

interface Place {
  href: string
  name: string
  hint?: string
}

/** Everywhere one can go. Without a script it is a page; with one, a dialog takes its lines from here. */
export function PalettePage({ frame, q, views, found }: PaletteProps) {
  return (
    <Layout frame={frame} title="Go to">
      <div class="column">
        <header class="page-head">
          <h1>Go to</h1>
        </header>
        <form method="get" action="/palette" class="search">
          <label class="sr" for="palette-q">
            Search contacts
          </label>
          <input
            id="palette-q"
            type="search"
            name="q"
            value={q}
            maxlength={100}
            placeholder="Search contacts"
            autocomplete="off"
          />
          <button type="submit" class="button">
            Search
          </button>
        </form>
        {q !== '' && found.length === 0 && <p class="muted">Nobody was found.</p>}
        <Places title="Contacts" places={found.map(contactOf)} />
        <Places
          title="Views of the queue"
          places={views.map(({ name, query }) => ({ name, href: `/queue?${query}` }))}
        />
        <Places title="Pages" places={pagesFor(frame)} />
      </div>
    </Layout>
  )
}

function Places({ title, places }: { title: string; places: Place[] }) {
  if (places.length === 0) return null
  return (
    <section class="card">
      <h2>{title}</h2>
      <ul class="places" data-places={title}>
        {places.map(({ href, name, hint }) => (
          <li>
            <a href={href}>
              <bdi>{name}</bdi>
            </a>
            {hint && <span class="muted"> {hint}</span>}
          </li>
        ))}
      </ul>
    </section>
  )
}

function contactOf(item: ListItem): Place {
  const user = item.contactUsername && item.contactName ? `@${item.contactUsername} · ` : ''
  return { href: `/conversations/${item.id}`, name: nameOf(item), hint: `${user}${item.accountName}` }
}

function pagesFor({ may, signsOut }: Frame): Place[] {
  const page = (href: string, name: string, shown = true) => (shown ? [{ href, name }] : [])
  return [
    ...page('/queue', 'Queue'),
    ...page('/queue/bulk', 'Approve several', may('decide')),
    ...page('/conversations', 'Conversations'),
    ...page('/contacts', 'Contacts'),
    ...page('/outbox', 'Outbox'),
    ...page('/accounts', 'Accounts'),
    ...page('/connect', 'Connect an account', may('configure')),
    ...page('/alerts', 'Alerts'),
    ...page('/insight', 'Insight'),
    ...page('/status', 'Health'),
    ...page('/setup-check', 'Setup check', may('configure')),
    ...page('/start', 'First steps', may('configure')),
    ...page('/people', 'People', may('people')),
    ...page('/audit', 'Audit log', may('audit')),
    ...page('/keys', 'API keys', may('keys')),
    ...page('/me', 'Your sign-in', signsOut),
    ...page('/help', 'Keyboard'),
  ]
}
