import { Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import { type AccountId, parseId } from '#src/domain/ids.ts'
import { errorFields, type Log } from '#src/observability/logger.ts'
import { PREFIX } from '#src/queues/bell.ts'
import { CredentialJob, queueNames } from '#src/queues/jobs.ts'
import { runWorker } from './runtime.ts'

interface CredentialsOptions {
  connection: Redis
  prefix?: string
  log: Log
  renew: { renewAll(): Promise<void>; renew(id: AccountId): Promise<void> }
  everyMs?: number
}

const EVERY_MS = 600_000
const AGAIN_MS = 5000

/** Tokens are looked after on a schedule, and once at start for what a stopped process missed. */
export function runCredentials({ renew, everyMs = EVERY_MS, ...options }: CredentialsOptions): {
  close(): Promise<unknown>
} {
  const { connection, prefix = PREFIX, log } = options
  const worker = runWorker({
    ...options,
    queue: queueNames.credentials,
    concurrency: 2,
    run: async (job) => {
      const { accountId } = CredentialJob.parse(job)
      await (accountId === undefined ? renew.renewAll() : renew.renew(parseId('account', accountId)))
      return {}
    },
  })
  const queue = new Queue(queueNames.credentials, { connection, prefix })
  queue.on('error', (error) => log.warn({ queue: queueNames.credentials, error: errorFields(error) }, 'queue trouble'))
  const schedule = keepTrying(() => plan(queue, everyMs))
  return { close: () => Promise.all([schedule.stop(), worker.close(), queue.close()]) }
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
