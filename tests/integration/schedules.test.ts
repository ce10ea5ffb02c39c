import { expect, it, onTestFinished } from 'vitest'
import { createKeepSubscribed } from '#src/flow/keep-subscribed.ts'
import { createRenew } from '#src/flow/renew.ts'
import { createLogger } from '#src/observability/logger.ts'
import { aKeptHouse } from '#tests/support/keeping.ts'
import { aDatabase, aRedis } from '#tests/support/stores.ts'
import { runCredentials } from '#workers/credentials.ts'
import { runSubscriptions } from '#workers/subscriptions.ts'

const { db } = await aDatabase()
const { redis, prefix } = aRedis({ forWorkers: true })
const log = createLogger({ level: 'error', pretty: false, process: 'test', write: () => undefined })
const options = { connection: redis, prefix, log }

function running(worker: { close(): Promise<unknown> }): void {
  onTestFinished(async () => void (await worker.close()))
}

it('a process that was away over the moment of renewal renews as soon as it is back, unasked', async () => {
  const { on, deps, calls, instagram, rowOf } = await aKeptHouse({ db, redis, prefix })
  const { sealedToken } = await rowOf(instagram)
  on(50)
  running(runCredentials({ ...options, renew: createRenew(deps) }))
  await expect.poll(async () => (await rowOf(instagram)).sealedToken, { timeout: 10_000 }).not.toBe(sealedToken)
  expect(calls('refresh_access_token')).toHaveLength(1)
})

it('what was dropped while the process was away is asked for as soon as it is back, and again at the next round', async () => {
  const { on, deps, control, page, refOf, rowOf, calls } = await aKeptHouse({ db, redis, prefix })
  const accountRef = await refOf(page)
  const drop = () => control.stage.subscription({ accountRef, fields: [] })
  const asked = () => calls('subscribed_apps', accountRef).filter(({ method }) => method === 'POST').length
  drop()
  running(runSubscriptions({ ...options, keepSubscribed: createKeepSubscribed(deps), everyMs: 200 }))
  await expect.poll(async () => (await rowOf(page)).subscriptionsCheckedAt, { timeout: 10_000 }).not.toBeNull()
  expect(asked()).toBe(1)
  drop()
  on(16 / 1440)
  await expect.poll(asked, { timeout: 10_000 }).toBe(2)
})
