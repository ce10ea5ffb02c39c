import { neededScopes } from '#src/domain/permission.ts'
import { type Platform, platformRules, platforms } from '#src/domain/platform.ts'
import type { Frame } from '../frame.ts'
import type { AccountView } from '../house-views.ts'
import { Icon } from '../parts/icons.tsx'
import { Layout } from '../parts/layout.tsx'

interface PlatformWords {
  /** Where one signs in. */
  place: string
  what: string
  before: string
}

const words = {
  instagram: {
    place: 'Instagram',
    what: 'A professional Instagram account: its direct messages and comments.',
    before: 'In the Instagram app, under Settings → Messages → Connected tools, allow access to messages.',
  },
  messenger: {
    place: 'Facebook',
    what: 'A Facebook Page: its messages in Messenger and its comments.',
    before:
      'You need a role on the Page with which you may answer messages and moderate. Which Pages, you choose afterwards.',
  },
} as const satisfies Record<Platform, PlatformWords>

interface ConnectProps {
  frame: Frame
  /** The variable that is not set, by platform. */
  lacks: Record<Platform, string | undefined>
  /** The account that is to be connected again. */
  account?: AccountView | undefined
  refusal?: { platform: Platform; message: string } | undefined
}

/** Where an account is connected: by signing in at its platform, or with a token that somebody has. */
export function ConnectPage({ frame, lacks, account, refusal }: ConnectProps) {
  const shown = account ? [account.platform] : platforms
  return (
    <Layout frame={frame} title={account ? `Connect ${account.name} again` : 'Connect an account'}>
      <div class="column connect">
        <Head account={account} />
        {shown.map((platform) => (
          <Way
            platform={platform}
            lacks={lacks[platform]}
            account={account}
            refusal={refusal?.platform === platform ? refusal.message : undefined}
          />
        ))}
      </div>
    </Layout>
  )
}

function Head({ account }: { account: AccountView | undefined }) {
  return (
    <header class="page-head">
      <a class="pane-back" href={account ? `/accounts/${account.id}` : '/accounts'}>
        <Icon name="back" />
        <span>{account ? <bdi>{account.name}</bdi> : 'Accounts'}</span>
      </a>
      <h1>
        {account ? (
          <>
            Connect <bdi>{account.name}</bdi> again
          </>
        ) : (
          'Connect an account'
        )}
      </h1>
      {account && (
        <p class="muted connect-lead">
          It gets a new token and keeps all it has: conversations, drafts, voice, knowledge and settings.
        </p>
      )}
    </header>
  )
}

interface WayProps {
  platform: Platform
  lacks: string | undefined
  account: AccountView | undefined
  refusal: string | undefined
}

function Way({ platform, lacks, account, refusal }: WayProps) {
  const { place, what } = words[platform]
  return (
    <section class="card" aria-labelledby={`way-${platform}`}>
      <h2 id={`way-${platform}`}>{platformRules[platform].name}</h2>
      {!account && <p class="muted">{what}</p>}
      {refusal && (
        <p class="refused" role="alert">
          <Icon name="warning" />
          <span>{refusal}</span>
        </p>
      )}
      {lacks ? (
        <p class="reason">
          <Icon name="warning" />
          <span>
            To sign in with {place}, set <code>{lacks}</code> for the web process and start it again.
          </span>
        </p>
      ) : (
        <form method="post" action={`/connect/${platform}/login`}>
          {account && <input type="hidden" name="account" value={account.id} />}
          <button type="submit" class="button button-primary">
            Sign in with {place}
          </button>
        </form>
      )}
      <TokenForm platform={platform} account={account} open={refusal !== undefined || lacks !== undefined} />
    </section>
  )
}

/** What was typed is never sent back. */
function TokenForm({ platform, account, open }: Pick<WayProps, 'platform' | 'account'> & { open: boolean }) {
  const id = `token-${platform}`
  return (
    <details class="token" open={open}>
      <summary>Or paste an access token</summary>
      <form method="post" action={`/connect/${platform}/token`} class="settings" autocomplete="off">
        {account && <input type="hidden" name="account" value={account.id} />}
        <label for={id}>Access token</label>
        <input
          id={id}
          name="accessToken"
          type="password"
          required
          maxlength={4000}
          autocomplete="off"
          spellcheck={false}
          aria-describedby={`${id}-hint`}
        />
        <p class="hint" id={`${id}-hint`}>
          {platform === 'instagram'
            ? 'From your app’s dashboard, under Instagram → API setup → Generate token. It is stored sealed and never shown again.'
            : 'A Page’s own token, made from a long-lived one. It is stored sealed and never shown again.'}
        </p>
        <p class="row">
          <button type="submit" class="button">
            Connect with this token
          </button>
        </p>
      </form>
    </details>
  )
}

interface LeaveProps {
  frame: Frame
  platform: Platform
  url: string
  /** The account that is to be connected again, by name. */
  account: string | undefined
}

/** Before one leaves for the platform: what it will ask, and what has to be so for this to work. */
export function LeavePage({ frame, platform, url, account }: LeaveProps) {
  const { place, before } = words[platform]
  return (
    <Layout frame={frame} title={`Continue to ${place}`}>
      <div class="column connect">
        <header class="page-head">
          <a class="pane-back" href="/connect">
            <Icon name="back" />
            <span>Connect an account</span>
          </a>
          <h1>Continue to {place}</h1>
        </header>
        <section class="card">
          <p>
            {place} asks whether Countersign may
            {account && (
              <>
                {' '}
                do this for <strong>{account}</strong>
              </>
            )}
            :
          </p>
          <ul class="asks">
            {Object.entries(neededScopes[platform]).map(([scope, { allows }]) => (
              <li>
                <Icon name="check" />
                <span>
                  {allows} <code>{scope}</code>
                </span>
              </li>
            ))}
          </ul>
          <p class="muted">{before}</p>
          <p>
            <a class="button button-primary" href={url} rel="noreferrer">
              Continue to {place}
            </a>
          </p>
          <p class="hint">The way there and back works once, in this browser, for ten minutes.</p>
        </section>
      </div>
    </Layout>
  )
}
