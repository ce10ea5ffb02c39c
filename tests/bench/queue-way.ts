import { setTimeout as sleep } from 'node:timers/promises'
import { Queue, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { percentile } from './statistics.ts'

const PREFIX = '{baseline}'

export interface Waits {
  p50: number
  p99: number
}

export function waitsOf(ms: readonly number[]): Waits {
  return { p50: percentile(ms, 0.5), p99: percentile(ms, 0.99) }
}

/** What the queue alone costs: from adding a job that does nothing to its worker, at a steady rate. */
export async function emptyJobs(
  redisUrl: string,
  { perSecond, ms }: { perSecond: number; ms: number },
): Promise<Waits> {
  const connection = new Redis(redisUrl, { maxRetriesPerRequest: null })
  const queue = new Queue('empty', { connection, prefix: PREFIX })
  const waits: number[] = []
  const worker = new Worker('empty', async ({ data }) => void waits.push(performance.now() - data.added), {
    connection,
    prefix: PREFIX,
    concurrency: 50,
  })
  await worker.waitUntilReady()
  const total = (perSecond * ms) / 1000
  await paced(total, perSecond, () => queue.add('job', { added: performance.now() }))
  while (waits.length < total) await sleep(5)
  await worker.close()
  await queue.obliterate({ force: true })
  await queue.close()
  connection.disconnect()
  return waitsOf(waits)
}

/** Does something `total` times at a steady rate, without waiting for it to be done; then waits for all. */
export async function paced(total: number, perSecond: number, work: (i: number) => Promise<unknown>): Promise<void> {
  const started = performance.now()
  const all: Promise<unknown>[] = []
  while (all.length < total) {
    const due = Math.min(total, Math.floor(((performance.now() - started) * perSecond) / 1000) + 1)
    while (all.length < due) all.push(work(all.length))
    await sleep(1)
  }
  await Promise.all(all)
}
