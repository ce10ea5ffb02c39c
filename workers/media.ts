import type { Worker } from 'bullmq'
import { type MediaId, parseId } from '#src/domain/ids.ts'
import { MediaJob, queueNames } from '#src/queues/jobs.ts'
import { type Next, runWorker } from './runtime.ts'

interface MediaOptions extends Omit<Parameters<typeof runWorker>[0], 'queue' | 'run' | 'concurrency'> {
  keep: (id: MediaId) => Promise<Next>
}

/** Each may take a minute and 25 MB of the line. */
const CONCURRENCY = 8

export function runMedia({ keep, ...options }: MediaOptions): Worker {
  return runWorker({
    ...options,
    queue: queueNames.media,
    concurrency: CONCURRENCY,
    run: (job) => keep(parseId('media', MediaJob.parse(job).mediaId)),
  })
}
