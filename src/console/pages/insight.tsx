import { type Insight, type InsightQuery, insightSpans, sumOf } from '#src/domain/insight.ts'
import type { Frame } from '../frame.ts'
import { AccountFigures, KeyFigures } from '../parts/account-figures.tsx'
import { Chart } from '../parts/chart.tsx'
import { Hidden } from '../parts/editor.tsx'
import { dollarWords } from '../parts/figures.ts'
import { Icon } from '../parts/icons.tsx'
import { Layout } from '../parts/layout.tsx'
import { When } from '../parts/time.tsx'

interface InsightProps {
  frame: Frame
  query: InsightQuery
  insight: Insight
  accounts: { id: string; name: string }[]
}

const decisions = [
  ['asDrafted', 'As drafted'],
  ['edited', 'Edited'],
  ['rejected', 'Rejected'],
  ['expired', 'Expired'],
  ['byHand', 'By hand'],
] as const

/** How well the accounts answer, what becomes of Claude's drafts, and what they cost. */
export function InsightPage(props: InsightProps) {
  const { frame, query, insight } = props
  const byDay = insight.days.map((day) => sumOf(insight.rows.filter((row) => row.day === day)))
  return (
    <Layout frame={frame} title="Insight">
      <div class="column insight" id="insight">
        <header class="page-head">
          <h1>Insight</h1>
          {frame.may('export') && <Download query={query} />}
        </header>
        <Choice {...props} />
        <Warnings {...props} />
        <KeyFigures accounts={insight.accounts} />
        <AccountFigures accounts={insight.accounts} />
        <Chart
          id="inbound"
          title="Messages that came in"
          days={insight.days}
          series={[{ name: 'Messages', values: byDay.map(({ inbound }) => inbound) }]}
        />
        <Chart
          id="decisions"
          title="What became of drafts"
          days={insight.days}
          series={decisions.map(([measure, name]) => ({ name, values: byDay.map((row) => row[measure]) }))}
        />
        <Reasons reasons={insight.reasons} />
        <Chart
          id="cost"
          title="What drafting cost"
          days={insight.days}
          series={[{ name: 'US dollars', values: byDay.map(({ costMicros }) => costMicros) }]}
          words={dollarWords}
        />
      </div>
    </Layout>
  )
}

function fieldsOf({ span, accountId }: InsightQuery): Record<string, string> {
  return { days: String(span), ...(accountId && { account: accountId }) }
}

function Download({ query }: { query: InsightQuery }) {
  return (
    <form method="post" action="/insight/exports">
      <Hidden fields={fieldsOf(query)} />
      <button type="submit" class="button">
        Download CSV
      </button>
    </form>
  )
}

function Choice({ query, accounts }: InsightProps) {
  return (
    <div class="insight-choice">
      <nav class="segments" aria-label="How far back">
        {insightSpans.map((span) => (
          <a
            href={`/insight?${new URLSearchParams(fieldsOf({ ...query, span }))}`}
            aria-current={span === query.span ? 'true' : undefined}
          >
            {span === 1 ? 'Today' : `${span} days`}
          </a>
        ))}
      </nav>
      <search>
        <form method="get" action="/insight">
          <input type="hidden" name="days" value={query.span} />
          <select name="account" aria-label="Account">
            <option value="">All accounts</option>
            {accounts.map(({ id, name }) => (
              <option value={id} selected={id === query.accountId}>
                {name}
              </option>
            ))}
          </select>
          <button type="submit" class="button">
            Show
          </button>
        </form>
      </search>
    </div>
  )
}

function Warnings({ frame, insight }: InsightProps) {
  const { accounts, countedFrom, isMore } = insight
  return (
    <>
      {accounts.map(
        ({ name, spike }) =>
          spike && (
            <p class="insight-spike" role="note">
              <Icon name="warning" />
              <span>
                <strong>
                  <bdi>{name}</bdi>
                </strong>
                : Claude saw a complaint, abuse or a threat in {spike.count} conversations on {spike.day}; in the days
                before it was {spike.usual.toFixed(1)} a day.
              </span>
            </p>
          ),
      )}
      {countedFrom && (
        <p class="muted">
          There is too much to count all of it: figures start <When at={countedFrom} clock={frame} form="full" />.
        </p>
      )}
      {isMore && <p class="muted">These are the first {accounts.length} accounts by name.</p>}
    </>
  )
}

function Reasons({ reasons }: Pick<Insight, 'reasons'>) {
  if (reasons.length === 0) return null
  return (
    <section class="card" aria-labelledby="reasons-head">
      <h2 id="reasons-head">Why drafts were rejected</h2>
      <table class="numbers">
        <thead>
          <tr>
            <th scope="col">Reason</th>
            <th scope="col">Drafts</th>
          </tr>
        </thead>
        <tbody>
          {reasons.map(({ reason, count }) => (
            <tr>
              <th scope="row">
                <bdi>{reason}</bdi>
              </th>
              <td>{count}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
