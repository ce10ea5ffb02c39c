import type { Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import { type PostId, parseId } from '#src/domain/ids.ts'
import type { Log } from '#src/observability/logger.ts'
import { queueNames, ReconcileJob } from '#src/queues/jobs.ts'
import { type Next, runWorker } from './runtime.ts'

interface ReconcileOptions {
  connection: Redis
  prefix?: string
  log: Log
  reconcile: (id: PostId) => Promise<Next>
}

/** A look waits for its second slot, for a second or so, and accounts do not share slots. */
const CONCURRENCY = 20

/** Looks for uncertain posts in their threads. */
export function runReconcile({ reconcile, ...options }: ReconcileOptions): Worker {
  return runWorker({
    ...options,
    queue: queueNames.reconcile,
    concurrency: CONCURRENCY,
    run: (job) => reconcile(parseId('post', ReconcileJob.parse(job).postId)),
  })
}
