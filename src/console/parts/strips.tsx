import type { PropsWithChildren } from 'hono/jsx'
import type { Frame } from '../frame.ts'
import { Icon } from './icons.tsx'

/** What every page must say before anything else: sandbox, stops, trouble. */
export function Strips({ frame }: { frame: Frame }) {
  const { overview, sandbox, sandboxUrl, troubles } = frame
  return (
    <div id="strips" class="strips" data-live>
      {sandbox && (
        <p class="strip strip-sandbox">
          <span>
            <strong>Sandbox.</strong> Contacts, messages and Claude’s answers are made up; nothing reaches Instagram.{' '}
            {sandboxUrl && (
              <a href={sandboxUrl} target="_blank" rel="noreferrer">
                Write as a contact
              </a>
            )}
          </span>
        </p>
      )}
      {overview.sendingStoppedAt && (
        <Strip tone="critical">
          <strong>All sending is stopped.</strong> Approved replies wait in the outbox.{' '}
          <a href="/accounts">{frame.may('configure') ? 'Resume it under Accounts' : 'Accounts'}</a>
        </Strip>
      )}
      {troubles.map((trouble) => (
        <Strip tone="warning">{trouble}</Strip>
      ))}
      {overview.critical.map(({ text }) => (
        <Strip tone="critical">
          {text} <a href="/alerts">See the alert</a>
        </Strip>
      ))}
      <p class="strip strip-warning" id="offline" role="status" hidden>
        <Icon name="warning" />
        <span data-offline-words>The connection to the server is lost; trying again. What you see may be old.</span>
      </p>
    </div>
  )
}

function Strip({ tone, children }: PropsWithChildren<{ tone: 'warning' | 'critical' }>) {
  return (
    <p class={`strip strip-${tone}`}>
      <Icon name="warning" />
      <span>{children}</span>
    </p>
  )
}
