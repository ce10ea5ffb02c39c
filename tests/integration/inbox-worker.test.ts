import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Database } from '#db/client.ts'
import { messages } from '#db/schema/messages.ts'
import { createReceive } from '#src/flow/receive.ts'
import { createLogger } from '#src/observability/logger.ts'
import { createBell } from '#src/queues/bell.ts'
import { aBell, aBody, aNewDelivery, aStoredDelivery, aText } from '#tests/support/instagram.ts'
import { aDatabase, aRedis } from '#tests/support/stores.ts'
import { anAccount } from '#tests/support/threads.ts'
import { runInbox } from '#workers/inbox.ts'

let db: Database
const closers: (() => Promise<unknown>)[] = []
beforeAll(async () => {
  ;({ db } = await aDatabase())
})
afterAll(async () => {
  for (const close of closers) await close()
})

async function setUp() {
  const { redis, prefix } = aRedis({ forWorkers: true })
  const { bell, queues, close } = createBell(redis, prefix)
  const lines: string[] = []
  const log = createLogger({ level: 'debug', pretty: false, process: 'drafting', write: (line) => lines.push(line) })
  const receive = createReceive({ ...aBell(), db, now: () => new Date() })
  const worker = runInbox({ connection: redis, prefix, log, receive })
  closers.push(async () => {
    await worker.close()
    await close()
  })
  const account = await anAccount(db)
  const thread = async () =>
    (await db.select().from(messages).where(eq(messages.accountId, account.id))).map(({ text }) => text).sort()
  return { bell, queues, lines, thread, us: account.accountRef }
}

it('what was rung and what Redis kept both become messages, and no log line holds their words', async () => {
  const { bell, lines, thread, us } = await setUp()
  const id = await aStoredDelivery(db, aBody(us, [aText({ from: '1', to: us, text: 'canary-rung' })]))
  const { body, acceptedAt, ...kept } = aNewDelivery(aBody(us, [aText({ from: '2', to: us, text: 'canary-kept' })]))
  await bell.inbox([id, id])
  await bell.keepBodies([{ ...kept, bodyBase64: body.toString('base64'), acceptedAt: acceptedAt.getTime() }])
  await expect.poll(thread).toEqual(['canary-kept', 'canary-rung'])
  await expect.poll(() => lines.length).toBe(2)
  expect(lines.map((line) => JSON.parse(line))).toEqual(
    Array(2).fill(expect.objectContaining({ queue: 'inbox', received: 1, unrecognised: 0, ms: expect.any(Number) })),
  )
  expect(lines.join('')).not.toContain('canary')
})

it('a job of another shape fails and stays visible', async () => {
  const { queues, lines } = await setUp()
  await queues[0]?.add('deliveries', { deliveryIds: ['1; DROP TABLE'] }, { attempts: 1 })
  await expect.poll(() => lines.map((line) => JSON.parse(line).msg)).toEqual(['job failed'])
})
