import { Queue } from 'bullmq'
import { expect, it, onTestFinished } from 'vitest'
import { AppError } from '#src/domain/errors.ts'
import { createLogger } from '#src/observability/logger.ts'
import { aRedis } from '#tests/support/stores.ts'
import { type Next, runWorker } from '#workers/runtime.ts'

const { redis, prefix } = aRedis({ forWorkers: true })

function setUp(run: (data: unknown, signal: AbortSignal, turn: { lastTry: boolean }) => Promise<Next | undefined>) {
  const name = `q${Math.random().toString(36).slice(2)}`
  const lines: string[] = []
  const queue = new Queue(name, {
    connection: redis,
    prefix,
    defaultJobOptions: { attempts: 3, backoff: { type: 'fixed', delay: 10 } },
  })
  const log = createLogger({ level: 'info', pretty: false, process: 'test', write: (line) => lines.push(line) })
  const worker = runWorker({ queue: name, connection: redis, prefix, concurrency: 5, log, run })
  onTestFinished(async () => {
    await worker.close()
    await queue.close()
  })
  return { queue, lines }
}

it('moves a waiting job to its instant without using up a try', async () => {
  const runs: number[] = []
  const { queue } = setUp(async () => {
    runs.push(Date.now())
    return runs.length < 5 ? { waitUntil: new Date(Date.now() + 60) } : undefined
  })
  const job = await queue.add('x', { postId: 'pst_1' })
  await expect.poll(() => job.getState(), { timeout: 10_000 }).toBe('completed')
  expect(runs).toHaveLength(5)
  expect(runs[1]! - runs[0]!).toBeGreaterThanOrEqual(60)
})

it('tries again what may succeed later, and tells the verb which try is the last', async () => {
  const turns: boolean[] = []
  const { queue } = setUp(async (_data, _signal, { lastTry }) => {
    turns.push(lastTry)
    throw new AppError('platform_unavailable', 'Not now')
  })
  const job = await queue.add('x', {})
  await expect.poll(() => job.getState(), { timeout: 10_000 }).toBe('failed')
  expect(turns).toEqual([false, false, true])
})

it('never repeats what would fail again', async () => {
  let runs = 0
  const { queue } = setUp(async () => {
    runs++
    throw new AppError('outcome_unknown', 'It may have arrived')
  })
  const job = await queue.add('x', {})
  await expect.poll(() => job.getState(), { timeout: 10_000 }).toBe('failed')
  expect(runs).toBe(1)
})

it('waits for a limit until the stated time', async () => {
  let runs = 0
  const { queue } = setUp(async () => {
    runs++
    if (runs === 1) throw new AppError('rate_limited', 'Slow down', { until: new Date(Date.now() + 50) })
    return undefined
  })
  const job = await queue.add('x', {})
  await expect.poll(() => job.getState(), { timeout: 10_000 }).toBe('completed')
  expect(runs).toBe(2)
})

it('writes a code into Redis and the log, never the words of an error', async () => {
  const { queue, lines } = setUp(async () => {
    throw new Error('Failed query: insert … params: canary-words')
  })
  const job = await queue.add('x', { conversationId: 'cnv_1' })
  await expect.poll(() => job.getState(), { timeout: 10_000 }).toBe('failed')
  const kept = JSON.stringify(await redis.hgetall(`${prefix}:${queue.name}:${job.id}`))
  expect(kept).toContain('internal')
  expect(kept).not.toContain('canary-words')
  expect(lines.join()).toContain('cnv_1')
  expect(lines.join()).not.toContain('canary-words')
})
