import { Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import { errorFields, type Log } from '#src/observability/logger.ts'
import { PREFIX } from '#src/queues/bell.ts'

export interface Scheduled {
  connection: Redis
  prefix?: string
  log: Log
}

const AGAIN_MS = 5000

/** Rings for a look at all accounts every so often, and once now. */
export function schedule({
  connection,
  prefix = PREFIX,
  log,
  queue: name,
  everyMs,
}: Scheduled & { queue: string; everyMs: number }): { close(): Promise<unknown> } {
  const queue = new Queue(name, { connection, prefix })
  queue.on('error', (error) => log.warn({ queue: name, error: errorFields(error) }, 'queue trouble'))
  const trying = keepTrying(() => plan(queue, everyMs))
  return {
    close() {
      trying.stop()
      return queue.close()
    },
  }
}

async function plan(queue: Queue, every: number): Promise<void> {
  const kept = { removeOnComplete: { age: 3600, count: 100 }, removeOnFail: { age: 86_400, count: 100 } }
  await queue.upsertJobScheduler('all', { every }, { name: 'all', data: {}, opts: kept })
  await queue.add('all', {}, kept)
}

/** Redis may not be there yet when the process starts. */
function keepTrying(work: () => Promise<void>): { stop(): void } {
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  const attempt = () =>
    work().catch(() => {
      if (!stopped) timer = setTimeout(attempt, AGAIN_MS)
    })
  void attempt()
  return {
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}
