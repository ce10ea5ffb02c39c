import type { Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import { type PostId, parseId } from '#src/domain/ids.ts'
import type { Log } from '#src/observability/logger.ts'
import { OutboxJob, queueNames } from '#src/queues/jobs.ts'
import { type Next, runWorker } from './runtime.ts'

interface OutboxOptions {
  connection: Redis
  prefix?: string
  log: Log
  send: (id: PostId) => Promise<Next>
}

/** Enough for the fastest account's limit at a slow platform; a post that waits for its slot occupies none of them. */
const CONCURRENCY = 50

/** One queue per platform, whichever account a post belongs to: waiting posts are moved, never waited for. */
export function runOutbox({ send, ...options }: OutboxOptions): Worker {
  return runWorker({
    ...options,
    queue: queueNames.outbox.instagram,
    concurrency: CONCURRENCY,
    run: (job) => send(parseId('post', OutboxJob.parse(job).postId)),
  })
}
