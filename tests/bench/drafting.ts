import type { ConversationId } from '#src/domain/ids.ts'
import { createHub } from '#src/queues/live.ts'
import { connectWorker } from '#src/queues/redis.ts'
import { inTurns, numberOf, roundTrips, type Scenario, type Stores, until } from './bench.ts'
import { cpuWatch } from './cpu.ts'
import { steadily } from './load.ts'
import { aMail, asRequest } from './mail.ts'
import { type Account, anAccount } from './people.ts'
import { type Process, startRole, startScript } from './processes.ts'
import { emptyJobs, type Waits, waitsOf } from './queue-way.ts'
import { median } from './statistics.ts'
import { fillThreads } from './threads.ts'

const PER_SECOND = 50
const WARM_PER_SECOND = 500
const CALLS_AT_ONCE = 50
const DRAFTS = 1000
const WARM_UP = 100
const ROUND_MS_MAX = 15_000
const DRAFTS_SQL = 'SELECT COUNT(*) FROM drafts'

/** From the first byte of a delivery until consoles are told of its draft; nobody is asked to be quiet first. */
export const drafted: Scenario = {
  rows: ['drafted'],
  async run(bench) {
    const stores = await bench.stores()
    const account = await anAccount(stores.db, bench.env, { quietMs: 0 })
    const claude = await startScript('stub', [], {})
    const [web, worker] = await Promise.all([
      startRole('web', stores.env),
      startRole('drafting', withClaude(stores.env, claude)),
    ])
    const told = await listen(stores)
    const secret = bench.env['INSTAGRAM_APP_SECRET'] ?? ''
    const ms = bench.options.roundMs * 2
    const round = (perSecond = PER_SECOND) => draftRound(stores, { web, account, told, secret, ms, perSecond })
    // Processes that have run for a minute are what is measured, not young ones.
    await round(WARM_PER_SECOND)
    await round()
    const ours: Waits[] = []
    const empty: Waits[] = []
    for (let i = 0; i < bench.options.rounds; i++) {
      empty.push(await emptyJobs(stores.redisUrl, { perSecond: PER_SECOND, ms: ms / 2 }))
      ours.push(await round())
    }
    told.stop()
    await Promise.all([web, worker, claude].map((process) => process.stop()))
    await stores.close()
    const p50 = median(ours.map((waits) => waits.p50))
    const p99 = median(ours.map((waits) => waits.p99))
    const baseline = median(empty.map((waits) => waits.p99))
    const emptyP50 = median(empty.map((waits) => waits.p50))
    return [
      {
        row: 'drafted',
        value: p99,
        baseline,
        met: p50 <= 30 && p99 <= 150,
        parts: { p50, 'p50 of an empty job': emptyP50 },
      },
    ]
  },
}

/** The instant of the last word on each conversation, which is about its draft. */
interface Told {
  lastAt: Map<string, number>
  stop(): void
}

async function listen({ redisUrl }: Stores): Promise<Told> {
  const redis = connectWorker(redisUrl)
  const lastAt = new Map<string, number>()
  createHub(redis)(({ topic, id }) => void (topic === 'queue' && lastAt.set(id, performance.now())))
  await redis.ping().catch(() => undefined)
  return { lastAt, stop: () => redis.disconnect() }
}

interface RoundOptions {
  web: Process
  account: Account
  told: Told
  secret: string
  ms: number
  perSecond: number
}

let people = 0

async function draftRound({ db }: Stores, { web, account, told, secret, ms, perSecond }: RoundOptions): Promise<Waits> {
  const sentAt = new Map<string, number>()
  const before = await numberOf(db, DRAFTS_SQL)
  const next = () => {
    const contactRef = `5${String(++people).padStart(15, '0')}`
    const request = asRequest(aMail(account.accountRef, contactRef), secret)
    sentAt.set(contactRef, performance.now())
    return request
  }
  await steadily({ ports: [web.port], next, ms, perSecond })
  const isDone = async () => (await numberOf(db, DRAFTS_SQL)) - before >= sentAt.size
  await until(isDone, { ms: ROUND_MS_MAX, everyMs: 50 })
  const conversations = await conversationsOf(db, [...sentAt.keys()])
  const ids = new Map(conversations.map(({ contact_ref, id }) => [contact_ref, id]))
  const now = performance.now()
  // What has not come by now has waited at least until now.
  return waitsOf([...sentAt].map(([contactRef, from]) => (told.lastAt.get(ids.get(contactRef) ?? '') ?? now) - from))
}

async function conversationsOf(db: Stores['db'], refs: string[]) {
  const [rows] = await db.$client
    .promise()
    .query(
      'SELECT c.contact_ref, v.id FROM contacts c JOIN conversations v ON v.contact_id = c.id WHERE c.contact_ref IN (?)',
      [refs],
    )
  return rows as { contact_ref: string; id: ConversationId }[]
}

/** Conversations that are due, all at once. */
export const drafts: Scenario = {
  rows: ['drafts'],
  async run(bench) {
    const stores = await bench.stores()
    const account = await anAccount(stores.db, bench.env, { quietMs: 0 })
    const claude = await startScript('stub', [], {})
    const worker = await startRole('drafting', withClaude(stores.env, claude))
    const trips = await roundTrips(stores, WARM_UP, () => draftAll(stores, account, WARM_UP))
    const cpu = cpuWatch(worker)
    const rate = await inTurns(bench.options.rounds, {
      calls: () => callsOnly(`http://127.0.0.1:${claude.port}/v1/messages`, bench.options.roundMs),
      ours: () => draftAll(stores, account, DRAFTS),
    })
    const parts = { ...trips, 'CPU ms each': cpu() / (DRAFTS * bench.options.rounds) }
    await Promise.all([worker, claude].map((process) => process.stop()))
    await stores.close()
    return [{ row: 'drafts', value: rate.ours, baseline: rate.calls, met: rate.ours >= 300, parts }]
  },
}

async function draftAll({ db, bell }: Stores, account: Account, count: number): Promise<number> {
  const threads = await fillThreads(db, { account, count, attention: 'waiting' })
  const before = await numberOf(db, DRAFTS_SQL)
  const started = performance.now()
  await Promise.all(threads.map(({ conversationId }) => bell.draft(conversationId, 0)))
  const done = async () => (await numberOf(db, DRAFTS_SQL)) - before
  await until(async () => (await done()) >= count, { ms: ROUND_MS_MAX })
  return (await done()) / ((performance.now() - started) / 1000)
}

/** The outside call alone, as often as one process makes it. */
export async function callsOnly(url: string, ms: number, body: object = {}): Promise<number> {
  const started = performance.now()
  let done = 0
  const lane = async () => {
    while (performance.now() - started < ms) {
      const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body) })
      await answer.json()
      done++
    }
  }
  await Promise.all(Array.from({ length: CALLS_AT_ONCE }, lane))
  return done / ((performance.now() - started) / 1000)
}

function withClaude(env: Record<string, string>, { port }: Process): Record<string, string> {
  return { ...env, ANTHROPIC_BASE_URL: `http://127.0.0.1:${port}` }
}
