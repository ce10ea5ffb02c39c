import type { Child } from 'hono/jsx'
import { type AccountInsight, microsPerReply, shareInWindow, sumOf } from '#src/domain/insight.ts'
import { privateReplyWindow } from '#src/domain/limit.ts'
import { platformRules } from '#src/domain/platform.ts'
import { Scroll } from './chart.tsx'
import { countWords, dollarWords, durationWords, percentWords } from './figures.ts'

/** All accounts together, at a glance. */
export function KeyFigures({ accounts }: { accounts: AccountInsight[] }) {
  const sum = sumOf(accounts)
  const approved = sum.asDrafted + sum.edited
  return (
    <dl class="key-figures">
      <Key name="Messages in" value={countWords(sum.inbound)} />
      <Key name="Answered in time" value={percentWords(shareInWindow(sum))} />
      <Key name="Approved as drafted" value={percentWords(approved > 0 ? sum.asDrafted / approved : undefined)} />
      <Key name="Cost of a reply" value={dollarWords(microsPerReply(sum))} />
    </dl>
  )
}

function Key({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}

const columns: [string, (account: AccountInsight) => Child][] = [
  ['Messages in', (a) => countWords(a.inbound)],
  ['Answered, median', (a) => durationWords(a.medianMs)],
  ['Answered, nine of ten', (a) => durationWords(a.p90Ms)],
  ['In time', (a) => percentWords(shareInWindow(a))],
  ['Waiting', (a) => countWords(a.waiting)],
  ['As drafted', (a) => countWords(a.asDrafted)],
  ['Edited', (a) => countWords(a.edited)],
  ['Words changed', (a) => percentWords(a.editedShare)],
  ['Rejected', (a) => countWords(a.rejected)],
  ['Expired', (a) => countWords(a.expired)],
  ['By hand', (a) => countWords(a.byHand)],
  ['Sent', (a) => countWords(a.sent)],
  ['Sends, busiest hour', (a) => countWords(a.peakSends)],
  [`Private replies an hour, of ${privateReplyWindow.max}`, (a) => countWords(a.peakPrivate)],
  ['Cost', (a) => dollarWords(a.costMicros)],
  ['Cost of a reply', (a) => dollarWords(microsPerReply(a))],
]

/** Each account with all its figures. */
export function AccountFigures({ accounts }: { accounts: AccountInsight[] }) {
  return (
    <section class="card" aria-labelledby="accounts-head">
      <h2 id="accounts-head">Accounts</h2>
      <Scroll label="Figures of each account">
        <table class="numbers">
          <thead>
            <tr>
              <th scope="col">Account</th>
              {columns.map(([name]) => (
                <th scope="col">{name}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {accounts.map((account) => (
              <tr>
                <th scope="row">
                  <a href={`/accounts/${account.id}`}>
                    <bdi>{account.name}</bdi>
                  </a>
                  <span class="muted"> {platformRules[account.platform].name}</span>
                </th>
                {columns.map(([, cell]) => (
                  <td>{cell(account)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      <p class="muted">
        In time is an answer within 24 hours of a contact’s last message, to a comment within seven days; what can still
        be answered in time is waiting and not counted. A reply’s cost is all that drafting cost, for each draft of
        Claude’s that was approved. Private replies are the most there were in an hour, of those that the platform
        takes. Days are UTC.
      </p>
    </section>
  )
}
