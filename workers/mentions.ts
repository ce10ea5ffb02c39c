import type { Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import { type EventId, parseId } from '#src/domain/ids.ts'
import type { Log } from '#src/observability/logger.ts'
import { MentionJob, queueNames } from '#src/queues/jobs.ts'
import { type Next, runWorker } from './runtime.ts'

interface MentionsOptions {
  connection: Redis
  prefix?: string
  log: Log
  learn: (id: EventId) => Promise<Next>
}

const CONCURRENCY = 5

/** Somebody waits for an answer behind each of these, so they have a queue of their own. */
export function runMentions({ learn, ...options }: MentionsOptions): Worker {
  return runWorker({
    ...options,
    queue: queueNames.mentions,
    concurrency: CONCURRENCY,
    run: (job) => learn(parseId('event', MentionJob.parse(job).eventId)),
  })
}
