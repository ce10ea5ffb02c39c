import type { Platform } from '#src/domain/platform.ts'
import type { Account } from '../entries.ts'
import { Avatar } from '../pages/avatar.tsx'

export interface Asked {
  platform: Platform
  clientId: string
  redirectUri: string
  scopes: string[]
  state: string
}

const places = { instagram: 'Instagram', messenger: 'Facebook' } as const

/** Where the owner of an account says yes or no, as the platform's own page would. */
export function Dialog({ asked, accounts }: { asked: Asked; accounts: Account[] }) {
  const { platform, scopes } = asked
  const place = places[platform]
  const isPages = platform === 'messenger'
  return (
    <Sheet title={`Allow Countersign? · ${place}`}>
      <p class="dialog-place">{place}, as the sandbox plays it</p>
      <h1>Countersign would like to manage {isPages ? 'your Pages' : 'your account'}</h1>
      <form method="post" action="/login/decision">
        <Hidden asked={asked} />
        <fieldset>
          <legend>{isPages ? 'Pages' : 'Account'}</legend>
          {accounts.map(({ accountRef, name, username }, index) => (
            <label class="dialog-line">
              <input
                type={isPages ? 'checkbox' : 'radio'}
                name="account"
                value={accountRef}
                checked={isPages || index === 0}
                required={!isPages}
              />
              <Avatar name={name} />
              <span>
                <b>{isPages ? name : username}</b>
                <small class="dialog-more">{isPages ? accountRef : name}</small>
              </span>
            </label>
          ))}
        </fieldset>
        <fieldset>
          <legend>What it may do</legend>
          {scopes.map((scope) => (
            <label class="dialog-line">
              <input type="checkbox" name="scope" value={scope} checked />
              <code>{scope}</code>
            </label>
          ))}
        </fieldset>
        <div class="dialog-buttons">
          <button type="submit" name="answer" value="allow" class="dialog-yes">
            Allow
          </button>
          <button type="submit" name="answer" value="deny" formnovalidate>
            Not now
          </button>
        </div>
      </form>
    </Sheet>
  )
}

function Hidden({ asked }: { asked: Asked }) {
  const { platform, clientId, redirectUri, state } = asked
  const fields = { platform, client_id: clientId, redirect_uri: redirectUri, state }
  return (
    <>
      {Object.entries(fields).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
    </>
  )
}

/** What the platform shows when an app asks in a way that it cannot answer. */
export function InvalidRequest({ fault }: { fault: string }) {
  return (
    <Sheet title="Invalid request">
      <h1>Invalid request</h1>
      <p>{fault}</p>
    </Sheet>
  )
}

function Sheet({ title, children }: { title: string; children: unknown }) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{title}</title>
        <link rel="icon" href="/assets/sandbox.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/assets/sandbox.css" />
      </head>
      <body class="dialog">
        <header class="top">
          <strong class="mark">Sandbox</strong>
          <p>Nobody here is real, and nothing leaves this machine.</p>
        </header>
        <main class="dialog-sheet">{children}</main>
      </body>
    </html>
  )
}
