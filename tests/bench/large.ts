import { inTransaction } from '#db/client.ts'
import { openSession } from '#src/flow/session.ts'
import { Secret } from '#src/vault/secret.ts'
import { createTickets } from '#src/vault/tickets.ts'
import { type Bench, numberOf, type Scenario, type Stores } from './bench.ts'
import { type Account, anAccount, anOperator } from './people.ts'
import { type Process, startRole } from './processes.ts'
import { steadyRate } from './receive.ts'
import type { Figure } from './rows.ts'
import { percentile } from './statistics.ts'
import { fillThreads } from './threads.ts'

const SMALL = 10
const MIDDLE = 10_000
const LOOKS = 80
const WARM_UP_LOOKS = 30
const TABLES = 'contacts, conversations, messages, drafts, webhook_deliveries, inbound_events'

/** A database that grows: the queue's page at each size, then the rate of receiving at the last. */
export const large: Scenario = {
  rows: ['steady', 'pages'],
  async run(bench) {
    const stores = await bench.stores()
    const account = await anAccount(stores.db, bench.env)
    const pages = await queuePages(bench, stores, account)
    const steady = await steadyRate(bench, { stores, account })
    await stores.close()
    return [steady, pages]
  },
}

async function queuePages(bench: Bench, stores: Stores, account: Account): Promise<Figure> {
  const { db } = stores
  const web = await startRole('web', stores.env)
  const cookie = await signedIn(stores, bench.env['SESSION_SECRET'] ?? '')
  const parts: Record<string, number> = {}
  for (const size of [SMALL, MIDDLE, bench.options.stored]) {
    const present = await numberOf(db, 'SELECT COUNT(*) FROM drafts')
    await fillThreads(db, { account, count: size - present, attention: 'review', withDeliveries: true })
    await db.$client.promise().query(`ANALYZE TABLE ${TABLES}`)
    parts[`p95 with ${size}`] = await lookOften(web, cookie)
  }
  await web.stop()
  const [few = Number.NaN, ...more] = Object.values(parts)
  const value = Math.max(few, ...more)
  return { row: 'pages', value, baseline: few, met: value <= 50, parts }
}

/** p95 of the ms one reader waits for the page, looking again and again. */
async function lookOften({ port }: Process, cookie: string): Promise<number> {
  const took: number[] = []
  for (let look = 0; look < WARM_UP_LOOKS + LOOKS; look++) {
    const started = performance.now()
    const answer = await fetch(`http://127.0.0.1:${port}/queue`, {
      headers: { cookie, accept: 'text/html' },
      redirect: 'manual',
    })
    const page = await answer.text()
    if (look >= WARM_UP_LOOKS) took.push(performance.now() - started)
    if (answer.status !== 200 || !page.includes('Alpine Outfitters'))
      throw new Error(`The queue answered ${answer.status}`)
  }
  return percentile(took, 0.95)
}

async function signedIn({ db }: Stores, sessionSecret: string): Promise<string> {
  const operatorId = await anOperator(db)
  const pepper = new Secret(sessionSecret)
  const deps = { pepper, tickets: createTickets(pepper, () => new Date()) }
  const session = { operatorId, agent: '', withFactor: false, at: new Date() }
  const { access, refresh } = await inTransaction(db, (tx) => openSession(tx, deps, session))
  return `countersign=${access}; countersign-refresh=${refresh}`
}
