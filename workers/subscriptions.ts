import { type AccountId, parseId } from '#src/domain/ids.ts'
import { CredentialJob, queueNames } from '#src/queues/jobs.ts'
import { runWorker } from './runtime.ts'
import { type Scheduled, schedule } from './schedule.ts'

interface SubscriptionsOptions extends Scheduled {
  keepSubscribed: { keepAll(): Promise<void>; keep(id: AccountId): Promise<void> }
  everyMs?: number
}

/** Oftener than an account is asked, so that each comes at a time of its own. */
const EVERY_MS = 120_000

/** What the platforms tell us is looked after on a schedule, and once at start for what a stopped process missed. */
export function runSubscriptions({ keepSubscribed, everyMs = EVERY_MS, ...options }: SubscriptionsOptions): {
  close(): Promise<unknown>
} {
  const worker = runWorker({
    ...options,
    queue: queueNames.subscriptions,
    concurrency: 2,
    run: async (job) => {
      const { accountId } = CredentialJob.parse(job)
      await (accountId === undefined ? keepSubscribed.keepAll() : keepSubscribed.keep(parseId('account', accountId)))
      return {}
    },
  })
  const rounds = schedule({ ...options, queue: queueNames.subscriptions, everyMs })
  return { close: () => Promise.all([rounds.close(), worker.close()]) }
}
