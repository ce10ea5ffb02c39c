import type { Redis } from 'ioredis'
import { createConnection } from 'mysql2/promise'
import { connect, type Database } from '#db/client.ts'
import { migrate } from '#db/migrate.ts'
import { createLanes, type Lanes } from '#src/limits/lanes.ts'
import { type Bell, createBell, PREFIX } from '#src/queues/bell.ts'
import { connectProducer } from '#src/queues/redis.ts'
import type { Figure } from './rows.ts'
import { median } from './statistics.ts'

export interface Options {
  /** Deliveries in the backlog that one process drains. */
  backlog: number
  /** Messages that are stored already when the rate is measured again, and drafts that wait on the longest queue page. */
  stored: number
  /** Load for the memory row, in messages. */
  messages: number
  rounds: number
  roundMs: number
}

export interface Bench {
  options: Options
  /** The product's variables without the addresses of stores. */
  env: Record<string, string>
  /** A fresh database, an emptied Redis, and the variables of a product on both. */
  stores(options?: { redisNumber?: number }): Promise<Stores>
  /** Something a person may want to know, which is no row. */
  tell(line: string): void
}

export interface Stores {
  db: Database
  redis: Redis
  bell: Bell
  lanes: Lanes
  env: Record<string, string>
  databaseUrl: string
  redisUrl: string
  close(): Promise<void>
}

export interface Scenario {
  rows: Figure['row'][]
  run(bench: Bench): Promise<Figure[]>
}

let databases = 0

export async function openStores(
  { mysql, redis: server }: { mysql: string; redis: string },
  env: Record<string, string>,
  redisNumber = 0,
): Promise<Stores> {
  const name = `bench_${++databases}`
  const admin = await createConnection(mysql)
  await admin.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`)
  const url = new URL(mysql)
  url.pathname = `/${name}`
  await migrate(url.href)
  const { db, close: closeDb } = connect(url.href, { connectionLimit: 10 })
  const redisUrl = `${server}/${redisNumber}`
  const redis = connectProducer(redisUrl)
  while ((await redis.ping().catch(() => 'no')) !== 'PONG') await new Promise((resolve) => setTimeout(resolve, 10))
  await redis.flushdb()
  // A limiter that finds its memory empty waits one window out; that wait is not what is measured.
  await redis.set(`${PREFIX}:limits:epoch`, '1')
  const { bell, close: closeBell } = createBell(redis)
  return {
    db,
    redis,
    bell,
    lanes: createLanes(redis, PREFIX),
    databaseUrl: url.href,
    redisUrl,
    env: { ...env, DATABASE_URL: url.href, REDIS_URL: redisUrl },
    async close() {
      await closeBell()
      redis.disconnect()
      await closeDb()
      await admin.query(`DROP DATABASE ${name}`)
      await admin.end()
    },
  }
}

/** Runs the measurements in turns, so that a slow moment of the machine meets them all, and answers the median of each. */
export async function inTurns<Name extends string>(
  rounds: number,
  measurements: Record<Name, () => Promise<number>>,
): Promise<Record<Name, number>> {
  const entries = Object.entries(measurements) as [Name, () => Promise<number>][]
  const results = new Map<Name, number[]>(entries.map(([name]) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const [name, measure] of entries) results.get(name)?.push(await measure())
  }
  return Object.fromEntries([...results].map(([name, values]) => [name, median(values)])) as Record<Name, number>
}

/** Asks again and again until the answer is yes; says no after the deadline. */
export async function until(isDone: () => Promise<boolean>, { ms, everyMs = 20 }: { ms: number; everyMs?: number }) {
  for (const end = performance.now() + ms; performance.now() < end; ) {
    if (await isDone()) return true
    await new Promise((resolve) => setTimeout(resolve, everyMs))
  }
  return isDone()
}

/** One number that a statement answers. */
export async function numberOf(db: Database, statement: string, values: unknown[] = []): Promise<number> {
  const [rows] = await db.$client.promise().query(statement, values)
  return Number(Object.values((rows as object[])[0] ?? {})[0])
}

/** Does some work and answers how often the stores were asked for each unit of it; a noisy machine changes nothing in that. */
export async function roundTrips({ db, redis }: Stores, units: number, work: () => Promise<unknown>) {
  const look = async () => {
    const [rows] = await db.$client.promise().query("SHOW GLOBAL STATUS LIKE 'Questions'")
    const commands = /total_commands_processed:(\d+)/.exec(await redis.info('stats'))?.[1]
    return { statements: Number((rows as { Value: string }[])[0]?.Value), commands: Number(commands) }
  }
  const before = await look()
  await work()
  const after = await look()
  return {
    'statements each': (after.statements - before.statements) / units,
    'Redis commands each': (after.commands - before.commands) / units,
  }
}
