import type { Hono } from 'hono'
import { csvOf } from '#src/domain/csv.ts'
import { isId } from '#src/domain/ids.ts'
import { type Insight, type InsightQuery, insightSpans, measures } from '#src/domain/insight.ts'
import { type Env, operatorOf, type Room, readsOf } from '../env.ts'
import { InsightForm, readForm } from '../forms.ts'
import { frameOf } from '../frame.ts'
import { InsightPage } from '../pages/insight.tsx'
import { page } from './respond.ts'

export function addInsight(app: Hono<Env>, room: Room): void {
  const { record, config } = room

  app.get('/insight', async (c) => {
    const query = readQuery(c.req.query('days'), c.req.query('account'))
    const [reads, now] = [readsOf(c), config.now()]
    const [insight, accounts] = [await reads.insight(query, now), await reads.accounts(now)]
    const frame = await frameOf(c, room, 'insight')
    return page(c, <InsightPage frame={frame} query={query} insight={insight} accounts={accounts} />)
  })

  app.post('/insight/exports', async (c) => {
    const fields = await readForm(c, InsightForm)
    const query = readQuery(fields.days, fields.account)
    const [reads, now] = [readsOf(c), config.now()]
    await record.noteInsight({ query, operatorId: operatorOf(c).id })
    const lines = csvOf(linesOf(await reads.insight(query, now)))
    c.header('content-type', 'text/csv; charset=utf-8; header=present')
    c.header('content-disposition', `attachment; filename="insight-${now.toISOString().slice(0, 10)}.csv"`)
    return c.body(lines)
  })
}

/** What is no value of a field is as if it were not given. */
function readQuery(days: string | undefined, account: string | undefined): InsightQuery {
  return {
    span: insightSpans.find((span) => String(span) === days) ?? 7,
    accountId: isId('account', account) ? account : undefined,
  }
}

/** A line for each account and day on which something was counted. */
function linesOf({ accounts, rows }: Insight): (string | number)[][] {
  const byId = new Map(accounts.map((account) => [account.id, account]))
  return [
    ['day', 'account_id', 'account', 'platform', ...measures],
    ...rows.map((row) => {
      const { name = '', platform = '' } = byId.get(row.accountId) ?? {}
      return [row.day, row.accountId, name, platform, ...measures.map((measure) => row[measure])]
    }),
  ]
}
