import type { Worker } from 'bullmq'
import { InboxJob, queueNames } from '#src/queues/jobs.ts'
import { runWorker } from './runtime.ts'

interface InboxWorkerOptions extends Omit<Parameters<typeof runWorker>[0], 'queue' | 'run' | 'concurrency'> {
  receive: (job: InboxJob) => Promise<object>
}

/** A job is a whole group of deliveries; more at once would only wait for each other’s conversations. */
const CONCURRENCY = 4

export function runInbox({ receive, ...options }: InboxWorkerOptions): Worker {
  return runWorker({
    ...options,
    queue: queueNames.inbox,
    concurrency: CONCURRENCY,
    run: (data) => receive(InboxJob.parse(data)),
  })
}
