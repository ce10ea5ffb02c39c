import { eq } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { accounts } from '#db/schema/accounts.ts'
import { contacts } from '#db/schema/contacts.ts'
import type { ContactId } from '#src/domain/ids.ts'
import { createIdentify } from '#src/flow/identify.ts'
import { createLimiter } from '#src/limits/slots.ts'
import type { LiveEvent } from '#src/queues/live.ts'
import { adaptersAt } from '#tests/support/adapters.ts'
import { aFakeGraph, graphError } from '#tests/support/fake-graph.ts'
import { aConnectedThread, keyring } from '#tests/support/posts.ts'
import { aDatabase, aRedis } from '#tests/support/stores.ts'

const { db } = await aDatabase()
const { redis, prefix } = aRedis()
await redis.set(`${prefix}:limits:epoch`, '1')

async function setUp() {
  const graph = await aFakeGraph()
  const events: LiveEvent[] = []
  const identify = createIdentify({
    db,
    keyring,
    adapters: adaptersAt(graph.url),
    limiter: createLimiter(redis, prefix),
    publish: (event) => void events.push(event),
    now: () => new Date(),
  })
  const thread = await aConnectedThread(db)
  const { id } = thread.contact
  const read = async () =>
    (
      await db
        .select()
        .from(contacts)
        .where(eq(contacts.id, id as ContactId))
    )[0]
  return { graph, identify, events, thread, id, read }
}

it('learns a name once', async () => {
  const { graph, identify, events, thread, id, read } = await setUp()
  await identify(id)
  await identify(id)
  expect(await read()).toMatchObject({ name: 'Anna Example', username: 'anna' })
  expect(graph.arrivals).toHaveLength(1)
  expect(events).toContainEqual({ topic: 'conversation', id: thread.conversation.id })
})

it('asks once when twenty jobs ask at once', async () => {
  const { graph, identify, id } = await setUp()
  await Promise.all(Array.from({ length: 20 }, () => identify(id)))
  expect(graph.arrivals).toHaveLength(1)
})

it('lives without a name when consent is missing', async () => {
  const { graph, identify, id, read } = await setUp()
  graph.next('profile', { status: 400, body: graphError(230) })
  await identify(id)
  await identify(id)
  const contact = await read()
  expect([graph.arrivals.length, contact?.name, contact?.profileCheckedAt !== null]).toEqual([1, null, true])
})

it('tries again some seconds after an outage', async () => {
  const { graph, identify, id, read, thread } = await setUp()
  graph.next('profile', { status: 500, body: '' })
  await expect(identify(id)).rejects.toMatchObject({ code: 'platform_unavailable' })
  const { waitUntil } = await identify(id)
  expect(waitUntil?.getTime()).toBeGreaterThan(Date.now())
  await redis.del(`${prefix}:slots:contact:${id}:profile`)
  await redis.del(`${prefix}:slots:account:${thread.account.id}:profile`)
  await identify(id)
  expect((await read())?.name).toBe('Anna Example')
})

it('waits as long as Instagram asks, and while the token is dead', async () => {
  const { graph, identify, id, thread } = await setUp()
  graph.next('profile', { status: 400, body: graphError(4), headers: { 'Retry-After': '90' } })
  expect((await identify(id)).waitUntil?.getTime()).toBeGreaterThan(Date.now() + 80_000)
  expect((await identify(id)).waitUntil?.getTime()).toBeGreaterThan(Date.now() + 80_000)
  expect(graph.arrivals).toHaveLength(1)
  await db.update(accounts).set({ credentialStatus: 'revoked' }).where(eq(accounts.id, thread.account.id))
  expect((await identify(id)).waitUntil).toBeDefined()
  expect(graph.arrivals).toHaveLength(1)
})
