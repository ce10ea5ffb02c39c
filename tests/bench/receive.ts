import { storeDeliveries } from '#db/deliveries.ts'
import { type Bench, inTurns, numberOf, roundTrips, type Scenario, type Stores, until } from './bench.ts'
import { cpuWatch } from './cpu.ts'
import { aMail, asDelivery } from './mail.ts'
import { type Account, anAccount } from './people.ts'
import { startRole } from './processes.ts'
import { median } from './statistics.ts'

/** As many as a web process commits together at most. */
const GROUP = 200
const INSERTS_AT_ONCE = 8
const PEOPLE_MIN = 1000
/** A prime, so that everybody has a turn. */
const STRIDE = 7919
const STEADY_BATCH = 1500
/** A round that takes longer is counted by what was done until then. */
const ROUND_MS_MAX = 15_000
const STORED_SQL = "SELECT COUNT(*) FROM webhook_deliveries WHERE status = 'stored'"

let serial = 0

/** A backlog of deliveries, some ten from each person, drained by one process that does nothing else. */
export const drain: Scenario = {
  rows: ['drain'],
  async run(bench) {
    const { backlog, rounds, roundMs } = bench.options
    const stores = await bench.stores()
    const account = await anAccount(stores.db, bench.env)
    const worker = await startRole('drafting', withoutClaude(stores.env))
    const trips = await roundTrips(stores, GROUP, () => drainOnce(stores, account, GROUP))
    const size = Math.ceil(backlog / rounds)
    const rates: number[] = []
    const cpu = cpuWatch(worker)
    const { plain } = await inTurns(rounds, {
      plain: () => insertSingly(stores, account, roundMs),
      async ours() {
        rates.push(await drainOnce(stores, account, size))
        return 0
      },
    })
    const cpuMs = cpu() / (size * rounds)
    await worker.stop()
    await stores.close()
    const value = median(rates)
    const last = rates.at(-1) ?? Number.NaN
    return [
      {
        row: 'drain',
        value,
        baseline: plain,
        met: value >= 3000,
        parts: { ...trips, 'CPU ms each': cpuMs, 'last to first round': last / (rates[0] ?? 1) },
      },
    ]
  },
}

/** The same worker on a nearly empty database and on one that has stored many messages. */
export async function steadyRate(bench: Bench, large: { stores: Stores; account: Account }) {
  const small = await bench.stores({ redisNumber: 1 })
  const account = await anAccount(small.db, bench.env)
  const workers = await Promise.all(
    [small.env, large.stores.env].map((env) => startRole('drafting', withoutClaude(env))),
  )
  const stored = await numberOf(large.stores.db, 'SELECT COUNT(*) FROM messages')
  const few = () => drainOnce(small, account, STEADY_BATCH)
  const many = () => drainOnce(large.stores, large.account, STEADY_BATCH)
  await few()
  await many()
  const rate = await inTurns(bench.options.rounds, { few, many })
  await Promise.all(workers.map((worker) => worker.stop()))
  await small.close()
  return {
    row: 'steady' as const,
    value: rate.many,
    baseline: rate.few,
    met: rate.many / rate.few >= 0.9,
    parts: { 'messages stored before': stored },
  }
}

/** Stores a backlog, rings for all of it and answers how many a second were received. */
async function drainOnce({ db, bell }: Stores, { accountRef }: Account, size: number): Promise<number> {
  const groups: number[][] = []
  const writer = writers(size)
  for (let left = size; left > 0; left -= GROUP) {
    const mails = Array.from({ length: Math.min(left, GROUP) }, () => aMail(accountRef, writer()))
    groups.push(await storeDeliveries(db, mails.map(asDelivery)))
  }
  const left = () => numberOf(db, STORED_SQL)
  // A round that was cut short has left some to this one.
  const present = await left()
  const started = performance.now()
  await Promise.all(groups.map((ids) => bell.inbox(ids)))
  await until(async () => (await left()) === 0, { ms: ROUND_MS_MAX, everyMs: 50 })
  const seconds = (performance.now() - started) / 1000
  return (present - (await left())) / seconds
}

/** A crowd for each backlog; they write in no order, so that neighbouring groups are not from the same people. */
function writers(size: number): () => string {
  const crowd = String(++serial).padStart(6, '0')
  const people = Math.max(PEOPLE_MIN, Math.ceil(size / 10))
  let next = 0
  return () => `4${crowd}${String((next++ * STRIDE) % people).padStart(9, '0')}`
}

/** What it costs to store a message and nothing else: one INSERT each, a few at once. */
async function insertSingly({ db }: Stores, account: Account, ms: number): Promise<number> {
  const started = performance.now()
  let done = 0
  const lane = async () => {
    while (performance.now() - started < ms) {
      const id = `bench_${String(++serial).padStart(20, '0')}`
      await db.$client.promise().query(
        `INSERT INTO messages (id, account_id, conversation_id, message_ref, direction, origin, form, text, attachments, sent_at, created_at)
         VALUES (?, ?, 'none', ?, 'inbound', 'contact', 'text', 'Do you ship to Graz?', '[]', NOW(3), NOW(3))`,
        [id, account.id, id],
      )
      done++
    }
  }
  await Promise.all(Array.from({ length: INSERTS_AT_ONCE }, lane))
  return done / ((performance.now() - started) / 1000)
}

/** Its accounts wait an hour before they draft, so Claude is never called. */
export function withoutClaude(env: Record<string, string>): Record<string, string> {
  return { ...env, ANTHROPIC_BASE_URL: 'http://127.0.0.1:9' }
}
