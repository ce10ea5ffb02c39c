import { eq } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { connect } from '#db/client.ts'
import { listPauses, savePause } from '#db/pauses.ts'
import { alerts } from '#db/schema/alerts.ts'
import { outboxPosts } from '#db/schema/outbox-posts.ts'
import { leases } from '#db/schema/switches.ts'
import { type AccountId, newId, type PostId } from '#src/domain/ids.ts'
import { createIdentify } from '#src/flow/identify.ts'
import { createPause, restorePauses } from '#src/flow/pause.ts'
import { createSweep } from '#src/flow/sweep.ts'
import { createLanes, type Lanes, type Slot } from '#src/limits/lanes.ts'
import { createLimiter, type Limiter } from '#src/limits/slots.ts'
import type { Pause } from '#src/platforms/adapter.ts'
import type { LiveEvent } from '#src/queues/live.ts'
import { adaptersAt } from '#tests/support/adapters.ts'
import { aFakeGraph, graphError } from '#tests/support/fake-graph.ts'
import {
  aConnectedAccount,
  aConnectedThread,
  aQueuedPost,
  aSender,
  keyring,
  lineUpPosts,
  toEnd,
} from '#tests/support/posts.ts'
import { aDatabase, aRedis } from '#tests/support/stores.ts'
import { aReadBack, aThreadGraph } from '#tests/support/thread-graph.ts'

const { db } = await aDatabase()
const { redis, prefix } = aRedis()
const { redis: another } = aRedis()
const MINUTE_MS = 60_000
const now = () => new Date()

/** Two senders that share one limiter's memory as two processes do, each with a connection of its own. */
async function setUp(graphUrl?: string) {
  const graph = await aFakeGraph()
  const shared = `${prefix}:${newId('entry', now())}`
  const longAgo = () => redis.set(`${shared}:limits:epoch`, '1')
  await longAgo()
  const limiter = createLimiter(redis, shared)
  const stores = { db, redis, prefix: shared, graphUrl: graphUrl ?? graph.url }
  const restore = () => restorePauses({ db, limiter, now })
  const first = await aHand(stores, { limiter, lanes: createLanes(redis, shared, { restore }) })
  const second = await aHand(stores, { limiter: createLimiter(another, shared), lanes: createLanes(another, shared) })
  const flush = async () => redis.del(...(await redis.keys(`${shared.replace(/[{}]/g, '\\$&')}*`)))
  return { graph, limiter, first, second, flush }
}

/** Takes posts from the lanes and sends them, once each time it is told to. */
async function aHand(stores: Parameters<typeof aSender>[0], { limiter, lanes }: { limiter: Limiter; lanes: Lanes }) {
  const { sendAt, events } = await aSender(stores, { limiter })
  const deliver = async (slot: Slot) => {
    const { called, post, waitUntil } = await sendAt(slot)
    if (!called) await lanes.refund('instagram', slot)
    if (post && waitUntil) await lanes.add('instagram', [{ ...post, delayMs: waitUntil.getTime() - Date.now() }])
  }
  const go = async () => {
    const { slots, nextMs } = await lanes.take('instagram', { max: 10, busy: [] })
    for (const slot of slots) await deliver(slot)
    return { waitUntil: slots.length > 0 ? now() : fromNow(nextMs) }
  }
  return {
    events,
    /** Lines these up and sends what is due until nothing is, soon; answers when there is something to do again. */
    async send(...ids: PostId[]): Promise<number> {
      await lineUpPosts(db, lanes, ids)
      return (await toEnd(go))?.getTime() ?? 0
    },
  }
}

const aPostOf = async (account: Awaited<ReturnType<typeof aConnectedAccount>>) =>
  (await aQueuedPost(db, { thread: await aConnectedThread(db, account) })).id
const statusOf = async (id: PostId) =>
  (await db.select({ status: outboxPosts.status }).from(outboxPosts).where(eq(outboxPosts.id, id)))[0]?.status
const pausesOf = async (accountId: AccountId | null) =>
  (await listPauses(db, now(), 1000)).filter((pause) => pause.accountId === accountId)
const fromNow = (ms: number) => new Date(Date.now() + ms)

describe('when Instagram asks to wait', () => {
  it('no worker sends anything for that account, while another account keeps flowing', async () => {
    const { graph, first, second } = await setUp()
    const [limited, other] = [await aConnectedAccount(db), await aConnectedAccount(db, {}, 'IGAAother')]
    graph.next('messages', { status: 400, body: graphError(80_002), headers: { 'Retry-After': '600' } })
    await first.send(await aPostOf(limited))
    const until = await second.send(await aPostOf(limited))
    expect(until).toBeGreaterThan(Date.now() + 9 * MINUTE_MS)
    await second.send(await aPostOf(other), await aPostOf(other), await aPostOf(other))
    expect(graph.sends().map(({ token }) => token)).toEqual(['IGAAtest', 'IGAAother', 'IGAAother', 'IGAAother'])
  })

  it('every worker goes on when the time has come, and not before', async () => {
    const { graph, first, second } = await setUp()
    const account = await aConnectedAccount(db)
    const [throttled, sibling] = [await aPostOf(account), await aPostOf(account)]
    graph.next('messages', { status: 400, body: graphError(17), headers: { 'Retry-After': '2' } })
    const sending = first.send(throttled)
    await expect.poll(() => pausesOf(account.id)).toHaveLength(1)
    const [pause] = await pausesOf(account.id)
    await Promise.all([sending, second.send(sibling)])
    expect([await statusOf(throttled), await statusOf(sibling)]).toEqual(['sent', 'sent'])
    for (const { at } of graph.sends().slice(1)) expect(at).toBeGreaterThanOrEqual(pause?.until.getTime() ?? 0)
  })

  it('for the whole app, nobody sends', async () => {
    const { graph, first, second } = await setUp()
    graph.next('messages', { status: 400, body: graphError(4) })
    await first.send(await aPostOf(await aConnectedAccount(db)))
    const until = await second.send(await aPostOf(await aConnectedAccount(db)))
    expect(until).toBeGreaterThan(Date.now() + 4 * MINUTE_MS)
    expect(graph.sends()).toHaveLength(1)
    expect(await pausesOf(null)).toMatchObject([{ scope: 'app', code: '4', only: null }])
  })

  it('in the headers of a success, what was sent is sent and the next one waits', async () => {
    const { graph, first, second } = await setUp()
    const account = await aConnectedAccount(db)
    const usage = { [account.accountRef]: [{ type: 'instagram', call_count: 95, estimated_time_to_regain_access: 19 }] }
    graph.next('messages', { headers: { 'X-Business-Use-Case-Usage': JSON.stringify(usage) } })
    const [sent, next] = [await aPostOf(account), await aPostOf(account)]
    await first.send(sent)
    expect(await statusOf(sent)).toBe('sent')
    expect(await second.send(next)).toBeGreaterThan(Date.now() + 18 * MINUTE_MS)
    expect(await statusOf(next)).toBe('queued')
    expect(first.events).toContainEqual({ topic: 'outbox', id: `account:${account.id}` })
  })

  it('with reading names, replies go on', async () => {
    const { graph, limiter, second } = await setUp()
    const account = await aConnectedAccount(db)
    const adapters = adaptersAt(graph.url)
    const identify = createIdentify({ db, keyring, adapters, limiter, publish: () => undefined, now })
    graph.next('profile', { status: 400, body: graphError(613) })
    await identify((await aConnectedThread(db, account)).contact.id)
    await identify((await aConnectedThread(db, account)).contact.id)
    expect(graph.arrivals).toHaveLength(1)
    expect(await pausesOf(account.id)).toMatchObject([{ only: 'profile', code: '613' }])
    const reply = await aPostOf(account)
    await second.send(reply)
    expect(await statusOf(reply)).toBe('sent')
  })

  it('with reading threads, replies go on', async () => {
    let ahead = 0
    const later = () => new Date(Date.now() + ahead)
    let isWell = false
    const threads = await aThreadGraph({ faultOf: () => (isWell ? undefined : 'kept, then 500') })
    const { limiter, first } = await setUp(threads.url)
    const account = await aConnectedAccount(db)
    const stores = { db, redis, prefix, graphUrl: threads.url }
    const { reconcile } = await aReadBack(stores, { limiter, now: later })
    const doubtful = await aPostOf(account)
    await first.send(doubtful)
    ahead = 21_000
    isWell = true
    threads.readings.push({ status: 400, body: graphError(80_002) })
    await toEnd(() => reconcile(doubtful), later)
    expect(await pausesOf(account.id)).toMatchObject([{ only: 'read', code: '80002' }])
    const reply = await aPostOf(account)
    await first.send(reply)
    expect(await statusOf(reply)).toBe('sent')
  })
})

describe('a pause', () => {
  const hour = (until: Date): Pause => ({ scope: 'account', until, code: '80002' })
  const place = (accountId: AccountId) => ({ platform: 'instagram' as const, accountId })

  async function aPause() {
    const events: LiveEvent[] = []
    const { limiter, ...house } = await setUp()
    const deps = { db, limiter, publish: (event: LiveEvent) => void events.push(event), now }
    return { ...house, limiter, deps, events, pause: createPause(deps), account: await aConnectedAccount(db) }
  }

  it('is not forgotten when Redis is', async () => {
    const { pause, account, first, graph, flush } = await aPause()
    await pause(place(account.id), [hour(fromNow(30 * MINUTE_MS))])
    await flush()
    expect(await first.send(await aPostOf(account))).toBeGreaterThan(Date.now() + 29 * MINUTE_MS)
    expect(graph.sends()).toHaveLength(0)
  })

  it('stands in MySQL while Redis is away, and in the limiter while MySQL is', async () => {
    const { account, deps, first } = await aPause()
    const away = { pause: () => Promise.reject(new Error('away')) }
    await createPause({ ...deps, limiter: away })(place(account.id), [hour(fromNow(30 * MINUTE_MS))])
    expect(await pausesOf(account.id)).toHaveLength(1)

    const sibling = await aConnectedAccount(db)
    const nowhere = connect('mysql://nobody@127.0.0.1:1/nothing')
    await createPause({ ...deps, db: nowhere.db })(place(sibling.id), [hour(fromNow(30 * MINUTE_MS))])
    await nowhere.close()
    expect(await pausesOf(sibling.id)).toEqual([])
    expect(await first.send(await aPostOf(sibling))).toBeGreaterThan(Date.now() + 29 * MINUTE_MS)
  })

  it('only ever ends later, whoever writes it in whatever order', async () => {
    const { id: accountId } = await aConnectedAccount(db)
    const row = { pauseKey: `account:${accountId}`, ...place(accountId), scope: 'account' as const, only: null }
    const ends = Array.from({ length: 20 }, (_, i) => fromNow((((i * 7) % 20) + 1) * MINUTE_MS))
    await Promise.all(ends.map((until, i) => savePause(db, { ...row, until, code: `usage/${i}` }, now())))
    const latest = Math.max(...ends.map((end) => end.getTime()))
    expect(await pausesOf(accountId)).toMatchObject([{ until: new Date(latest), code: 'usage/17' }])
    expect(await savePause(db, { ...row, until: fromNow(1000), code: '4' }, now())).toBe(false)
    expect(await pausesOf(accountId)).toMatchObject([{ until: new Date(latest), code: 'usage/17' }])
  })

  it('that is short raises no alert; one longer than an hour does, until it is over', async () => {
    const { pause, account, events } = await aPause()
    const open = () =>
      db
        .select()
        .from(alerts)
        .where(eq(alerts.openKey, `platform_pause:account:${account.id}`))
    await pause(place(account.id), [hour(fromNow(59 * MINUTE_MS))])
    expect(await open()).toEqual([])
    const until = fromNow(61 * MINUTE_MS)
    await pause(place(account.id), [hour(until)])
    expect(await open()).toMatchObject([{ severity: 'warning', accountId: account.id }])
    expect(events).toContainEqual({ topic: 'alerts', id: `account:${account.id}` })

    const bell = { inbox: none, draft: none, reconcile: none, mention: none }
    const sweepAt = async (at: Date) => {
      await db.delete(leases)
      await createSweep({ db, bell, lanes: { add: none }, publish: () => undefined, now: () => at, holder: 'test' })()
    }
    await sweepAt(new Date(until.getTime() - 1000))
    expect(await open()).toHaveLength(1)
    await sweepAt(until)
    expect(await open()).toEqual([])
  })
})

async function none(): Promise<void> {
  // Nobody listens.
}
