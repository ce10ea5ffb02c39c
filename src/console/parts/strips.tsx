import type { PropsWithChildren } from 'hono/jsx'
import type { Frame } from '../frame.ts'
import type { PauseView } from '../house-views.ts'
import { Icon } from './icons.tsx'
import { PauseWords } from './pauses.tsx'

/** What every page must say before anything else: sandbox, stops, trouble. */
export function Strips({ frame }: { frame: Frame }) {
  const { overview, sandbox, sandboxUrl, troubles, lacksFactor } = frame
  return (
    <div id="strips" class="strips" data-live>
      {sandbox && (
        <p class="strip strip-sandbox">
          <span>
            <strong>Sandbox.</strong> Contacts, messages and Claude’s answers are made up; nothing reaches Meta.{' '}
            {sandboxUrl && (
              <a href={sandboxUrl} target="_blank" rel="noreferrer">
                Write as a contact
              </a>
            )}
          </span>
        </p>
      )}
      {frame.tour && frame.section !== 'start' && <TourStrip path={frame.path} />}
      {lacksFactor && !frame.tour && frame.section !== 'me' && frame.section !== 'start' && (
        <p class="strip strip-quiet">
          <span>
            Your password alone opens this. <a href="/me">Add a second factor</a>
          </span>
        </p>
      )}
      {overview.sendingStoppedAt && (
        <Strip tone="critical">
          <strong>All sending is stopped.</strong> Approved replies wait in the outbox.{' '}
          <a href="/accounts">{frame.may('stop') ? 'Resume it under Accounts' : 'Accounts'}</a>
        </Strip>
      )}
      {overview.pauses.filter(isForAll).map((pause) => (
        <Strip tone="warning" ends={pause.until}>
          <PauseWords pause={pause} frame={frame} /> (all accounts). Replies can be approved; they leave then.
        </Strip>
      ))}
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

/** One line, until it is sent away. */
function TourStrip({ path }: { path: string }) {
  return (
    <form method="post" action="/start" class="strip strip-quiet strip-tour">
      <span>
        <a href="/start">First steps</a>: go on where you left off.
      </span>
      <input type="hidden" name="end" value="1" />
      <input type="hidden" name="back" value={path} />
      <button type="submit" class="link">
        Do not show this again
      </button>
    </form>
  )
}

function isForAll({ accountId, only }: PauseView): boolean {
  return accountId === null && only === null
}

/** One that ends by itself is taken away by a script at that moment. */
function Strip({ tone, ends, children }: PropsWithChildren<{ tone: 'warning' | 'critical'; ends?: Date }>) {
  return (
    <p class={`strip strip-${tone}`} data-ends={ends?.getTime()}>
      <Icon name={ends ? 'clock' : 'warning'} />
      <span>{children}</span>
    </p>
  )
}
