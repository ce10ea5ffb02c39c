import { DelayedError, type Job, UnrecoverableError, Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import { AppError, handling } from '#src/domain/errors.ts'
import { errorFields, type Log } from '#src/observability/logger.ts'
import { PREFIX } from '#src/queues/bell.ts'

/** When a verb says so, its job runs again at exactly that instant; waiting costs no attempt and no worker. */
export interface Next {
  waitUntil?: Date
}

export interface Turn {
  /** After this failure the queue gives up. */
  lastTry: boolean
}

interface WorkerOptions {
  queue: string
  connection: Redis
  prefix?: string
  concurrency: number
  log: Log
  run: (data: unknown, signal: AbortSignal, turn: Turn) => Promise<Next | object | undefined>
}

/** BullMQ calls a job dead after this many lost workers; ours are safe to repeat, so the number is generous. */
const STALLS_MAX = 50
/** A killed worker's jobs are taken over after about twice this. */
const LOCK_MS = 5000
const DEFAULT_WAIT_MS = 30_000

/** Runs a verb as a job: one log line, one way to fail. */
export function runWorker({ queue, connection, prefix = PREFIX, concurrency, log, run }: WorkerOptions): Worker {
  const perform = async (job: Job, token?: string, signal = new AbortController().signal): Promise<void> => {
    const line = startLine(queue, job)
    try {
      const next: Next = (await run(job.data, signal, { lastTry: isLastTry(job) })) ?? {}
      if (!next.waitUntil) return log.info({ ...line(), ...next }, 'job done')
      log.info({ ...line(), waitUntil: next.waitUntil }, 'job waits')
      await job.moveToDelayed(next.waitUntil.getTime(), token)
    } catch (error) {
      const known = AppError.from(error)
      log[handling[known.code].level]({ ...line(), error: errorFields(error) }, 'job failed')
      throw await nextStep(job, token, known)
    }
    throw new DelayedError()
  }
  const worker = new Worker(queue, perform, {
    connection,
    prefix,
    concurrency,
    lockDuration: LOCK_MS,
    stalledInterval: LOCK_MS,
    maxStalledCount: STALLS_MAX,
  })
  worker.on('error', (error) => log.warn({ queue, error: errorFields(error) }, 'worker trouble'))
  return worker
}

function startLine(queue: string, job: Job): () => Record<string, unknown> {
  const started = performance.now()
  return () => ({ queue, job: job.id, ...idsOf(job.data), ms: Math.round(performance.now() - started) })
}

/** BullMQ reads the next step from the class of the error; its message ends up in Redis, so it is a code and nothing else. */
async function nextStep(job: Job, token: string | undefined, error: AppError): Promise<Error> {
  switch (handling[error.code].job) {
    case 'retry':
      return new Error(error.code)
    case 'stop':
      return new UnrecoverableError(error.code)
    case 'wait':
      await job.moveToDelayed(error.until?.getTime() ?? Date.now() + DEFAULT_WAIT_MS, token)
      return new DelayedError()
  }
}

function isLastTry(job: Job): boolean {
  return job.attemptsMade + 1 >= (job.opts.attempts ?? 1)
}

/** The ids in a job's data, for its log line; kept bodies are counted, never shown. */
function idsOf(data: unknown): Record<string, unknown> {
  if (typeof data !== 'object' || data === null) return {}
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) =>
      name === 'bodies' && Array.isArray(value) ? ['bodies', value.length] : [name, value],
    ),
  )
}
