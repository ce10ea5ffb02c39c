import { type CredentialStatus, hasExpiry, renewAt } from '#src/domain/credential.ts'
import { troubleOf } from '#src/domain/credential-trouble.ts'
import { platformRules } from '#src/domain/platform.ts'
import { inWords } from '../assets/remaining.js'
import { dateOf } from '../clock.ts'
import type { Frame } from '../frame.ts'
import type { AccountView } from '../house-views.ts'
import { Budget } from '../parts/budget.tsx'
import { Icon } from '../parts/icons.tsx'
import { Layout } from '../parts/layout.tsx'
import { pauseOf } from '../parts/pauses.tsx'
import { When } from '../parts/time.tsx'

/** Every connected account with the life of its token, and the switch that stops them all. */
export function AccountsPage({ frame, accounts }: { frame: Frame; accounts: AccountView[] }) {
  return (
    <Layout frame={frame} title="Accounts">
      <div class="column">
        <header class="page-head">
          <h1>Accounts</h1>
          {frame.may('configure') && (
            <div class="row">
              <a class="button" href="/setup-check">
                Setup check
              </a>
              {accounts.length > 0 && (
                <>
                  <StopAll frame={frame} />
                  <a class="button button-primary" href="/connect">
                    Connect an account
                  </a>
                </>
              )}
            </div>
          )}
        </header>
        {accounts.length === 0 && (
          <div class="empty">
            <h2>No account is connected</h2>
            <p>
              Connect an Instagram account or a Facebook Page: you sign in there, and messages arrive here from then on.
            </p>
            {frame.may('configure') ? (
              <p>
                <a class="button button-primary" href="/connect">
                  Connect an account
                </a>
              </p>
            ) : (
              <p>An admin can do that here, on this page.</p>
            )}
          </div>
        )}
        <ul class="accounts">
          {accounts.map((account) => (
            <li class="account">
              <h2>
                <a href={`/accounts/${account.id}`}>{account.name}</a>
                <span class="tag">{platformRules[account.platform].name}</span>
                <TokenTag status={account.credentialStatus} />
                {account.stoppedAt && <span class="tag tag-bad">Stopped</span>}
                <PausedTag frame={frame} account={account} />
              </h2>
              <TokenLife account={account} frame={frame} />
              <Figures account={account} />
            </li>
          ))}
        </ul>
      </div>
    </Layout>
  )
}

function PausedTag({ frame, account }: { frame: Frame; account: AccountView }) {
  const pause = pauseOf(frame, { ...account, accountId: account.id })
  if (!pause) return null
  return (
    <span class="tag tag-warn" data-ends={pause.until.getTime()}>
      {platformRules[pause.platform].name} asks to wait until <When at={pause.until} clock={frame} />
    </span>
  )
}

function StopAll({ frame }: { frame: Frame }) {
  const stopped = frame.overview.sendingStoppedAt
  return (
    <form method="post" action={stopped ? '/sending/resumption' : '/sending/stop'}>
      <button type="submit" class={stopped ? 'button button-primary' : 'button button-danger'}>
        {stopped ? 'Resume all sending' : 'Stop all sending'}
      </button>
    </form>
  )
}

function Figures({ account }: { account: AccountView }) {
  const { spentTodayMicros, dailyBudgetMicros, queuedPosts } = account
  return (
    <p class="figures">
      <span>
        {queuedPosts === 0 ? 'Nothing queued' : queuedPosts === 1 ? '1 reply queued' : `${queuedPosts} replies queued`}
      </span>
      <Budget spent={spentTodayMicros} budget={dailyBudgetMicros} />
    </p>
  )
}

const tokenWords: Record<CredentialStatus, [string, string]> = {
  valid: ['Token valid', 'tag-good'],
  expiring: ['Token expires soon', 'tag-warn'],
  expired: ['Token expired', 'tag-bad'],
  revoked: ['Token refused', 'tag-bad'],
}

export function TokenTag({ status }: { status: CredentialStatus }) {
  const [words, tone] = tokenWords[status]
  return <span class={`tag ${tone}`}>{words}</span>
}

const WIDTH = 600

/** The token's life from when it was obtained to its end, with the moment it is renewed and where we are now. */
export function TokenLife({ account, frame }: { account: AccountView; frame: Frame }) {
  const { tokenObtainedAt: from, tokenExpiresAt: to, credentialStatus, tokenCheckedAt, tokenError } = account
  const x = (at: Date) =>
    Math.round(WIDTH * Math.min(1, Math.max(0, (at.getTime() - from.getTime()) / (to.getTime() - from.getTime() || 1))))
  const renewal = renewAt({ obtainedAt: from, expiresAt: to, revoked: false }, 0.5)
  const ends = hasExpiry(to)
  const refused = credentialStatus === 'revoked'
  return (
    <div class={`life life-${credentialStatus}`}>
      {ends && (
        <svg viewBox={`0 0 ${WIDTH} 14`} preserveAspectRatio="none" aria-hidden="true">
          <rect class="life-all" x="0" y="5" width={WIDTH} height="4" rx="2" />
          <rect class="life-spent" x="0" y="5" width={x(frame.now)} height="4" rx="2" />
          <rect class="life-renewal" x={x(renewal) - 1} y="1" width="2" height="12" />
          <rect class="life-now" x={Math.min(WIDTH - 4, x(frame.now))} y="0" width="4" height="14" rx="2" />
        </svg>
      )}
      <p class="life-words">
        <span>Obtained {dateOf(from, frame)}</span>
        {ends && !refused && (
          <span>{renewal > frame.now ? `Renewed around ${dateOf(renewal, frame)}` : 'Renewal due'}</span>
        )}
        <span>{refused ? 'No longer accepted' : ends ? endWords(to, frame) : 'Without an end'}</span>
      </p>
      {(tokenError || tokenCheckedAt) && (
        <p class="muted life-check">
          {tokenCheckedAt && (
            <>
              Last checked <When at={tokenCheckedAt} clock={frame} />.{' '}
            </>
          )}
          {tokenError && <TokenFault account={account} frame={frame} />}
        </p>
      )}
    </div>
  )
}

function TokenFault({ account, frame }: { account: AccountView; frame: Frame }) {
  const { what } = troubleOf(account.tokenError ?? '')
  return (
    <>
      <Icon name="warning" /> {what} (<code>{account.tokenError}</code>).{' '}
      {frame.may('configure') ? (
        <a href={`/connect?account=${account.id}`}>Connect the account again.</a>
      ) : (
        'An admin has to connect the account again.'
      )}
    </>
  )
}

function endWords(at: Date, frame: Frame): string {
  const left = at.getTime() - frame.now.getTime()
  return left > 0 ? `Expires ${dateOf(at, frame)}, in ${inWords(left)}` : `Expired ${dateOf(at, frame)}`
}
