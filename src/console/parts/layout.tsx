import type { PropsWithChildren } from 'hono/jsx'
import type { Frame, Section } from '../frame.ts'
import { COUNT_MAX } from '../house-views.ts'
import { Icon, Mark } from './icons.tsx'
import { bindingsOf, Key, KeysDialog } from './keys.tsx'
import { Notices } from './notices.tsx'
import { Strips } from './strips.tsx'

/** The surface under the browser's own bar, as in base.css. */
const themes = { light: '#ffffff', dark: '#1b1c1b' }

const styles = [
  'base',
  'controls',
  'layout',
  'notices',
  'list',
  'thread',
  'why',
  'composer',
  'desk',
  'pages',
  'accounts',
  'connect',
  'setup-check',
  'audit',
  'insight',
  'people',
  'keyboard',
  'start',
].map((name) => `${name}.css`)

/** A whole page for a signed-in operator. `shape` says whether the page or its panes scroll. */
export function Layout(props: PropsWithChildren<{ frame: Frame; title: string; shape?: 'page' | 'panes' }>) {
  const { frame, title, shape = 'page', children } = props
  const { overview } = frame
  return (
    <Document
      title={overview.queue > 0 ? `(${counted(overview.queue)}) ${title}` : title}
      asset={frame.asset}
      frame={frame}
    >
      <body class={`shape-${shape} section-${frame.section}`}>
        <a class="skip" href="#main">
          Skip to the content
        </a>
        <Header frame={frame} />
        <Strips frame={frame} />
        <main id="main" tabindex={-1}>
          {children}
        </main>
        <Notices frame={frame} />
        <KeysDialog frame={frame} />
      </body>
    </Document>
  )
}

export function Document(props: PropsWithChildren<{ title: string; asset: Frame['asset']; frame?: Frame }>) {
  const { title, asset, frame, children } = props
  return (
    <html
      lang="en"
      data-now={frame?.now.getTime()}
      data-keys={frame && (frame.keys.on ? 'on' : 'off')}
      data-bindings={frame && bindingsOf(frame)}
      data-zone={frame?.zone}
      data-operator={frame?.operator.id}
    >
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>{`${title} · Countersign`}</title>
        <meta name="theme-color" media="(prefers-color-scheme: light)" content={themes.light} />
        <meta name="theme-color" media="(prefers-color-scheme: dark)" content={themes.dark} />
        <link rel="icon" href={asset('icon.svg')} type="image/svg+xml" />
        <link rel="apple-touch-icon" href={asset('icon-180.png')} />
        <link rel="manifest" href="/manifest.webmanifest" />
        {styles.map((name) => (
          <link rel="stylesheet" href={asset(name)} />
        ))}
        <script type="module" src={asset('console.js')} />
      </head>
      {children}
    </html>
  )
}

function Header({ frame }: { frame: Frame }) {
  const { overview } = frame
  return (
    <header class="top">
      <a class="brand" href="/queue">
        <Mark />
        <span>Countersign</span>
      </a>
      <nav id="nav" aria-label="Main" data-live>
        <Tab frame={frame} to="queue" label="Queue" count={overview.queue} />
        <Tab frame={frame} to="conversations" label="Conversations" short="Threads" />
        <Tab frame={frame} to="outbox" label="Outbox" count={overview.uncertain} tone="warn" meaning="uncertain" />
        <Tab frame={frame} to="accounts" label="Accounts" />
        <Tab frame={frame} to="alerts" label="Alerts" count={overview.alerts} tone="warn" meaning="open" />
      </nav>
      <Menu frame={frame} />
    </header>
  )
}

interface TabProps {
  frame: Frame
  to: Section & ('queue' | 'conversations' | 'outbox' | 'accounts' | 'alerts')
  label: string
  short?: string
  count?: number
  tone?: 'warn'
  meaning?: string
}

function Tab({ frame, to, label, short, count = 0, tone, meaning = 'waiting' }: TabProps) {
  return (
    <a class="tab" href={`/${to}`} aria-current={frame.section === to ? 'page' : undefined}>
      <Icon name={to} />
      <span class="tab-label">
        <span class={short && 'long'}>{label}</span>
        {short && <span class="short">{short}</span>}
      </span>
      {count > 0 && (
        <span class={`count ${tone ?? ''}`}>
          {counted(count)}
          <span class="sr"> {meaning}</span>
        </span>
      )}
    </a>
  )
}

function Menu({ frame }: { frame: Frame }) {
  const { operator } = frame
  return (
    <details class="menu" name="menu">
      <summary aria-label={`Menu of ${operator.name}`}>
        <span class="initial hue-2" aria-hidden="true">
          {operator.name.slice(0, 1).toUpperCase()}
        </span>
        <span class="menu-name">{operator.name}</span>
      </summary>
      <div class="menu-panel">
        <p class="menu-who">
          <strong>
            <bdi>{operator.name}</bdi>
          </strong>
          <span class="muted">
            {operator.email} · {operator.role}
          </span>
        </p>
        <a href="/me">Your sign-in</a>
        {frame.may('people') && <a href="/people">People</a>}
        <a href="/contacts">Contacts</a>
        {frame.may('configure') && <a href="/start">First steps</a>}
        <a href="/insight">Insight</a>
        <a href="/status">Health</a>
        {frame.may('audit') && <a href="/audit">Audit log</a>}
        {frame.may('keys') && <a href="/keys">API keys</a>}
        <a href="/palette" data-open="palette">
          Go to… <kbd>Ctrl K</kbd>
        </a>
        <a href="/help" data-open="keys">
          Keyboard shortcuts <Key of="help" frame={frame} />
        </a>
        {frame.signsOut && (
          <form method="post" action="/sign-out">
            <button type="submit">Sign out</button>
          </form>
        )}
      </div>
    </details>
  )
}

/** A count that may have stopped counting. */
export function counted(count: number): string {
  return count >= COUNT_MAX ? `${COUNT_MAX - 1}+` : String(count)
}
