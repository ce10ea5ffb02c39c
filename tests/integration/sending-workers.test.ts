import { eq } from 'drizzle-orm'
import { afterAll, describe, expect, it } from 'vitest'
import { outboxPosts } from '#db/schema/outbox-posts.ts'
import type { AccountId, PostId } from '#src/domain/ids.ts'
import { createLanes } from '#src/limits/lanes.ts'
import { createLimiter } from '#src/limits/slots.ts'
import { createLogger } from '#src/observability/logger.ts'
import { createBell } from '#src/queues/bell.ts'
import { aFakeGraph, graphError } from '#tests/support/fake-graph.ts'
import {
  aConnectedAccount,
  aConnectedThread,
  anOutboxWorker,
  aQueuedPost,
  aSender,
  lineUpPosts,
} from '#tests/support/posts.ts'
import { aDatabase, aRedis } from '#tests/support/stores.ts'
import { runCredentials } from '#workers/credentials.ts'
import { runSweep } from '#workers/sweep.ts'

const { db } = await aDatabase()
const { redis, prefix } = aRedis()
const { redis: connection } = aRedis({ forWorkers: true })
const log = createLogger({ level: 'fatal', pretty: false, process: 'test' })
const { bell, close } = createBell(redis, prefix)
afterAll(close)

const statusOf = async (id: PostId) =>
  (await db.select({ status: outboxPosts.status }).from(outboxPosts).where(eq(outboxPosts.id, id)))[0]?.status

describe('the outbox worker', () => {
  it('sends what is rung, at the end of its undo time, and is not held up by an account that waits', async () => {
    const graph = await aFakeGraph()
    const limiter = createLimiter(redis, prefix)
    const { sendAt } = await aSender({ db, redis, prefix, graphUrl: graph.url }, { limiter })
    const lanes = createLanes(redis, prefix)
    anOutboxWorker({ redis, lanes, log, send: sendAt })
    const ring = (id: PostId) => lineUpPosts(db, lanes, [id])

    const limited = await aConnectedAccount(db)
    const usage = { 'X-Business-Use-Case-Usage': JSON.stringify({ 1: [{ estimated_time_to_regain_access: 30 }] }) }
    graph.next('messages', { status: 400, body: graphError(80_002), headers: usage })
    const first = await aQueuedPost(db, { thread: await aConnectedThread(db, limited) })
    await ring(first.id)
    await expect.poll(() => graph.sends().length, { timeout: 10_000 }).toBe(1)
    for (let i = 0; i < 60; i++) {
      const { id } = await aQueuedPost(db, { thread: await aConnectedThread(db, limited) })
      await ring(id)
    }
    const notBefore = new Date(Date.now() + 1500)
    const other = await aQueuedPost(db, { post: { notBefore } })
    await ring(other.id)
    await expect.poll(() => statusOf(other.id), { timeout: 20_000 }).toBe('sent')
    const arrival = graph.sends().at(-1)?.at ?? 0
    expect(arrival).toBeGreaterThanOrEqual(notBefore.getTime())
    expect(arrival).toBeLessThan(notBefore.getTime() + 10_000)
    expect(graph.sends()).toHaveLength(2)
    expect(await statusOf(first.id)).toBe('queued')
  })
})

describe('the credentials worker', () => {
  it('looks after all tokens at start and then on its schedule, and after one when asked', async () => {
    const looks: (AccountId | 'all')[] = []
    const renew = { renewAll: async () => void looks.push('all'), renew: async (id: AccountId) => void looks.push(id) }
    const worker = runCredentials({ connection, prefix, log, renew, everyMs: 700 })
    afterAll(() => worker.close())
    await expect
      .poll(() => looks.filter((look) => look === 'all').length, { timeout: 10_000 })
      .toBeGreaterThanOrEqual(3)
    const { id } = await aConnectedAccount(db)
    await bell.credential(id)
    await expect.poll(() => looks.includes(id), { timeout: 10_000 }).toBe(true)
  })
})

describe('the sweep’s clock', () => {
  it('goes on after a round that failed, one round at a time, and ends with the present one', async () => {
    let rounds = 0
    let running = 0
    let most = 0
    const sweep = async () => {
      most = Math.max(most, ++running)
      rounds++
      await new Promise((resolve) => setTimeout(resolve, 20))
      running--
      if (rounds === 1) throw new Error('the database is away')
      return { posts: 0 }
    }
    const clock = runSweep({ log, sweep, everyMs: 5 })
    await expect.poll(() => rounds, { timeout: 10_000 }).toBeGreaterThan(3)
    await clock.close()
    const ended = rounds
    expect([running, most]).toEqual([0, 1])
    await new Promise((resolve) => setTimeout(resolve, 60))
    expect(rounds).toBe(ended)
  })
})
