import { limits } from '#src/domain/limit.ts'
import { platformRules } from '#src/domain/platform.ts'
import type { Frame } from '../frame.ts'
import type { AccountDetail } from '../house-views.ts'
import { Assignment } from '../parts/assignment.tsx'
import { Icon } from '../parts/icons.tsx'
import { KnowledgeList } from '../parts/knowledge.tsx'
import { Layout } from '../parts/layout.tsx'
import { Light } from '../parts/light.tsx'
import { AccountPauses } from '../parts/pauses.tsx'
import type { AccountRefusal } from '../parts/refusal.ts'
import { SecondRule } from '../parts/second-rule.tsx'
import { Settings } from '../parts/settings.tsx'
import { Subscriptions } from '../parts/subscriptions.tsx'
import { TemplateList } from '../parts/template-list.tsx'
import { When } from '../parts/time.tsx'
import { TokenTimeline } from '../parts/token.tsx'
import type { AssignableView } from '../people-verbs.ts'
import { TokenTag } from './accounts.tsx'

interface AccountProps {
  frame: Frame
  account: AccountDetail
  refusal?: AccountRefusal | undefined
  /** Who can be kept to it; for whoever may change that. */
  operators?: AssignableView[] | undefined
}

/** One account: its token, its stops, how it sounds, what it knows. */
export function AccountPage({ frame, account, refusal, operators }: AccountProps) {
  return (
    <Layout frame={frame} title={account.name}>
      <div class="column">
        <header class="page-head">
          <a class="pane-back" href="/accounts">
            <Icon name="back" />
            <span>Accounts</span>
          </a>
          <h1>
            <bdi>{account.name}</bdi>
          </h1>
          <p class="muted">
            {platformRules[account.platform].name} <code>{account.accountRef}</code>
          </p>
        </header>
        {refusal && (
          <p class="refused" role="alert">
            <Icon name="warning" />
            <strong>{refusal.message}</strong>
          </p>
        )}
        <Light account={account} frame={frame} />
        <section class="card">
          <h2>
            Token <TokenTag status={account.credentialStatus} />
          </h2>
          <TokenTimeline account={account} frame={frame} />
          {frame.may('configure') && (
            <p>
              <a class="button" href={`/connect?account=${account.id}`}>
                Connect again
              </a>
            </p>
          )}
        </section>
        <Subscriptions account={account} frame={frame} />
        <Sending frame={frame} account={account} />
        <Decisions account={account} />
        <Settings frame={frame} account={account} refusal={refusal} />
        <SecondRule frame={frame} account={account} />
        <KnowledgeList frame={frame} account={account} refusal={refusal} />
        <section class="card">
          <h2>Rules</h2>
          <p class="muted">Messages that say certain words go to somebody, get a mark, or a template as their draft.</p>
          <p>
            <a class="button" href={`/accounts/${account.id}/rules`}>
              Rules
            </a>
          </p>
        </section>
        <TemplateList frame={frame} account={account} refusal={refusal} />
        {operators && <Assignment account={account} operators={operators} />}
      </div>
    </Layout>
  )
}

function Sending({ frame, account }: AccountProps) {
  return (
    <section class="card">
      <h2>
        Sending {account.stoppedAt ? <span class="tag tag-bad">Stopped</span> : <span class="tag tag-good">On</span>}
      </h2>
      <div id="pauses" data-live>
        <AccountPauses frame={frame} account={{ ...account, accountId: account.id }} />
      </div>
      {account.stoppedAt && (
        <p>
          Stopped <When at={account.stoppedAt} clock={frame} />
          {account.stoppedReason && `: ${account.stoppedReason}`}
        </p>
      )}
      <p>
        {account.queuedPosts === 0 ? 'Nothing is queued.' : `${account.queuedPosts} queued.`} Never faster than this, in
        any sliding window:
      </p>
      <ul class="limits">
        {limits[account.platform].send.map(({ scope, max, perMs }) => (
          <li>
            {max} {max === 1 ? 'reply' : 'replies'} in {perMs / 1000} s for{' '}
            {scope === 'account' ? 'the account' : 'one conversation'}
          </li>
        ))}
      </ul>
      {frame.may('stop') && (
        <form method="post" action={`/accounts/${account.id}/${account.stoppedAt ? 'resumption' : 'stop'}`} class="row">
          {!account.stoppedAt && (
            <>
              <label class="sr" for="stop-reason">
                Reason
              </label>
              <input
                id="stop-reason"
                type="text"
                name="reason"
                placeholder="Reason, for your colleagues"
                maxlength={255}
                autocomplete="off"
              />
            </>
          )}
          <button type="submit" class={account.stoppedAt ? 'button button-primary' : 'button button-danger'}>
            {account.stoppedAt ? 'Resume sending' : 'Stop sending'}
          </button>
        </form>
      )}
    </section>
  )
}

function Decisions({ account }: { account: AccountDetail }) {
  const { asDrafted, edited, rejected, byHand } = account.decisions
  const figures: [string, number][] = [
    ['approved as drafted', asDrafted],
    ['approved after an edit', edited],
    ['rejected', rejected],
    ['answered by hand', byHand],
  ]
  return (
    <section class="card">
      <h2>Last 30 days</h2>
      <dl class="tallies">
        {figures.map(([label, figure]) => (
          <div>
            <dt>{label}</dt>
            <dd>{figure}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
