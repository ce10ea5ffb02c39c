import { freePort } from '../support/processes.ts'
import { type Bench, inTurns, type Scenario, type Stores } from './bench.ts'
import { createCosts } from './costs.ts'
import { saturate, steadily } from './load.ts'
import { aMail, asRequest } from './mail.ts'
import { type Process, startRole, startScript } from './processes.ts'
import type { Figure } from './rows.ts'
import { percentile } from './statistics.ts'

const ACCOUNT_REF = '17841400000000001'
const CONTACTS = 5000
const WARM_UP_MS = 600

/** Requests of ever other people, signed. */
export function requests(secret: string, accountRef = ACCOUNT_REF): () => Buffer {
  let serial = 0
  return () => asRequest(aMail(accountRef, `2000000${String(++serial % CONTACTS).padStart(9, '0')}`), secret)
}

/** One process of ours beside the receivers that do less, or do it per request. */
export const accept: Scenario = {
  rows: ['accept', 'acceptLate', 'acceptAdd'],
  async run(bench) {
    const stores = await bench.stores()
    const env = { BENCH_SECRET: secretOf(bench), DATABASE_URL: stores.databaseUrl, REDIS_URL: stores.redisUrl }
    const [bare, add, insert, ours] = await Promise.all([
      startScript('baseline', ['bare'], env),
      startScript('baseline', ['add'], env),
      startScript('baseline', ['insert'], env),
      startRole('web', stores.env),
    ])
    const all = { bare, add, insert, ours }
    const { rate, parts } = await saturations(bench, stores, {
      bare: [bare],
      add: [add],
      insert: [insert],
      ours: [ours],
    })
    bench.tell(
      `accept: one INSERT per request ${Math.round(rate.insert)} 1/s; ours is ${(rate.ours / rate.insert).toFixed(2)} times that`,
    )
    const late = await atHalfLoad(bench, { bare, ours }, rate.ours / 2)
    await Promise.all(Object.values(all).map((process) => process.stop()))
    await stores.close()
    return [
      { ...figure('accept', { value: rate.ours, baseline: rate.bare, isMet: (ratio) => ratio >= 0.75 }), parts },
      {
        ...figure('acceptLate', { value: late.ours99, baseline: late.bare99, isMet: (ratio) => ratio <= 4 }),
        parts: { p50: late.ours50, 'p50 of B': late.bare50, 'at 1/s': rate.ours / 2 },
      },
      figure('acceptAdd', { value: rate.ours, baseline: rate.add, isMet: (ratio) => ratio >= 1.3 }),
    ]
  },
}

/** Two processes share the machine with their client and the database. */
export const acceptTwo: Scenario = {
  rows: ['acceptTwo'],
  async run(bench) {
    const stores = await bench.stores()
    const env = { BENCH_SECRET: secretOf(bench) }
    const bare = await Promise.all([startScript('baseline', ['bare'], env), startScript('baseline', ['bare'], env)])
    const ours = await Promise.all([startRole('web', stores.env), startRole('web', stores.env)])
    const { rate, parts } = await saturations(bench, stores, { bare, ours })
    await Promise.all([...bare, ...ours].map((process) => process.stop()))
    await stores.close()
    return [
      { ...figure('acceptTwo', { value: rate.ours, baseline: rate.bare, isMet: (ratio) => ratio >= 0.45 }), parts },
    ]
  },
}

/** A database that nobody can reach: the bytes go into the job. */
export const acceptAway: Scenario = {
  rows: ['acceptAway'],
  async run(bench) {
    const stores = await bench.stores()
    const env = { BENCH_SECRET: secretOf(bench) }
    const nowhere = `mysql://nobody:nothing@127.0.0.1:${await freePort()}/nothing`
    const bare = await startScript('baseline', ['bare'], env)
    const ours = await startRole('web', { ...stores.env, DATABASE_URL: nowhere })
    const { rate, parts } = await saturations(bench, stores, { bare: [bare], ours: [ours] })
    await Promise.all([bare, ours].map((process) => process.stop()))
    await stores.close()
    return [
      { ...figure('acceptAway', { value: rate.ours, baseline: rate.bare, isMet: (ratio) => ratio >= 0.6 }), parts },
    ]
  },
}

/** Rates in turns, and what one request costs: on a busy machine processor time tells more than a rate. */
async function saturations<Name extends string>(bench: Bench, stores: Stores, receivers: Record<Name, Process[]>) {
  const next = requests(secretOf(bench))
  const { rounds, roundMs } = bench.options
  const costs = await createCosts(stores)
  const measures = Object.entries<Process[]>(receivers).map(([name, processes]) => {
    const ports = processes.map(({ port }) => port)
    return [name, processes, (ms: number) => saturate({ ports, next, ms })] as const
  })
  for (const [, , measure] of measures) await measure(WARM_UP_MS)
  const turns = Object.fromEntries(
    measures.map(([name, processes, measure]) => [name, () => costs.of(name, processes, () => measure(roundMs))]),
  )
  const rate = await inTurns(rounds, turns as Record<Name, () => Promise<number>>)
  return { rate, parts: costs.parts() }
}

async function atHalfLoad(bench: Bench, { bare, ours }: { bare: Process; ours: Process }, perSecond: number) {
  const next = requests(secretOf(bench))
  const { rounds, roundMs } = bench.options
  const middle: Record<'bare' | 'ours', number[]> = { bare: [], ours: [] }
  const measure = async (name: 'bare' | 'ours', { port }: Process) => {
    const took = await steadily({ ports: [port], next, ms: roundMs, perSecond })
    middle[name].push(percentile(took, 0.5))
    return percentile(took, 0.99)
  }
  const late = await inTurns(rounds, { bare: () => measure('bare', bare), ours: () => measure('ours', ours) })
  return {
    bare99: late.bare,
    ours99: late.ours,
    bare50: percentile(middle.bare, 0.5),
    ours50: percentile(middle.ours, 0.5),
  }
}

function figure(
  row: Figure['row'],
  { value, baseline, isMet }: { value: number; baseline: number; isMet: (ratio: number) => boolean },
): Figure {
  return { row, value, baseline, met: isMet(value / baseline) }
}

function secretOf({ env }: Bench): string {
  return env['INSTAGRAM_APP_SECRET'] ?? ''
}
