import { type AccountId, parseId } from '#src/domain/ids.ts'
import { CredentialJob, queueNames } from '#src/queues/jobs.ts'
import { runWorker } from './runtime.ts'
import { type Scheduled, schedule } from './schedule.ts'

interface CredentialsOptions extends Scheduled {
  renew: { renewAll(): Promise<void>; renew(id: AccountId): Promise<void> }
  everyMs?: number
}

const EVERY_MS = 600_000

/** Tokens are looked after on a schedule, and once at start for what a stopped process missed. */
export function runCredentials({ renew, everyMs = EVERY_MS, ...options }: CredentialsOptions): {
  close(): Promise<unknown>
} {
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
  const rounds = schedule({ ...options, queue: queueNames.credentials, everyMs })
  return { close: () => Promise.all([rounds.close(), worker.close()]) }
}
