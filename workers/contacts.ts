import type { Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import { type ContactId, parseId } from '#src/domain/ids.ts'
import type { Log } from '#src/observability/logger.ts'
import { ContactJob, queueNames } from '#src/queues/jobs.ts'
import { type Next, runWorker } from './runtime.ts'

interface ContactsOptions {
  connection: Redis
  prefix?: string
  log: Log
  identify: (id: ContactId) => Promise<Next>
}

const CONCURRENCY = 10

/** Names come when they come; nothing waits for them. */
export function runContacts({ identify, ...options }: ContactsOptions): Worker {
  return runWorker({
    ...options,
    queue: queueNames.contacts,
    concurrency: CONCURRENCY,
    run: (job) => identify(parseId('contact', ContactJob.parse(job).contactId)),
  })
}
