import fc from 'fast-check'
import { Redis } from 'ioredis'
import { describe, expect, it } from 'vitest'
import { type AccountId, type ConversationId, newId, type PostId } from '#src/domain/ids.ts'
import type { ScopedWindow } from '#src/domain/limit.ts'
import { createLanes, type LanesOptions, type Slot, type WaitingPost } from '#src/limits/lanes.ts'
import { createLimiter } from '#src/limits/slots.ts'
import { crowd, slowReserve } from '#tests/support/slow-limiter.ts'
import { aRedis } from '#tests/support/stores.ts'

const { redis, prefix, url } = aRedis()
const HOUR_MS = 3_600_000
const FAR_MS = 10 * HOUR_MS
const at = new Date()

/** Lanes with an empty memory of their own that has long been running. */
async function someLanes(send: readonly ScopedWindow[], options: Omit<LanesOptions, 'rules'> = {}) {
  const own = `${prefix}:${newId('entry', new Date())}`
  await redis.set(`${own}:limits:epoch`, '1')
  const rules = { instagram: { send }, messenger: { send } }
  const lanes = createLanes(redis, own, { rules, ...options })
  const take = async (max = 100) => (await lanes.take('instagram', { max, busy: [] })).slots
  const add = (...posts: (WaitingPost & { delayMs?: number })[]) =>
    lanes.add(
      'instagram',
      posts.map((post) => ({ delayMs: 0, ...post })),
    )
  return { own, rules, lanes, take, add }
}

const wide: ScopedWindow[] = [
  { scope: 'account', max: 1000, perMs: 1000 },
  { scope: 'conversation', max: 1000, perMs: 1000 },
]

function aPost({
  account = newId('account', at),
  endsInMs = HOUR_MS,
  ...rest
}: Partial<WaitingPost> & { account?: AccountId; endsInMs?: number } = {}): WaitingPost {
  const conversationId = newId('conversation', at)
  return {
    id: newId('post', new Date()),
    accountId: account,
    conversationId,
    windowExpiresAt: new Date(Date.now() + endsInMs),
    ...rest,
  }
}

const idsOf = (slots: Slot[]) => slots.map(({ post }) => post.id)

describe('a lane', () => {
  it('gives each post away once, the nearest end of its reply window first', async () => {
    const { take, add } = await someLanes(wide)
    const account = newId('account', at)
    const [late, soon, next] = [3, 1, 2].map((hours) => aPost({ account, endsInMs: hours * HOUR_MS }))
    if (!late || !soon || !next) throw new Error('three posts')
    await add(late, soon, next)
    await add(soon)
    expect(idsOf(await take(2))).toEqual([soon.id, next.id])
    expect(idsOf(await take())).toEqual([late.id])
    expect(await take()).toEqual([])
  })

  it('lets accounts take turns, whoever has more waiting', async () => {
    const { take, add } = await someLanes(wide)
    const [big, small] = [newId('account', at), newId('account', at)]
    await add(...Array.from({ length: 20 }, () => aPost({ account: big })))
    await add(aPost({ account: small }), aPost({ account: small }))
    const first = (await take(4)).map(({ post }) => post.accountId)
    expect(first.filter((account) => account === small)).toHaveLength(2)
  })

  it('keeps a post until its undo time is over, and brings it forward when it is added again', async () => {
    const { take, add, lanes } = await someLanes(wide)
    const [held, later] = [aPost(), aPost()]
    await add({ ...held, delayMs: 400 }, { ...later, delayMs: HOUR_MS })
    expect(await take()).toEqual([])
    expect((await lanes.take('instagram', { max: 1, busy: [] })).nextMs).toBeLessThanOrEqual(400)
    await add({ ...held, delayMs: HOUR_MS })
    await expect.poll(async () => idsOf(await take()), { timeout: 5000 }).toEqual([held.id])
    await add(later)
    expect(idsOf(await take())).toEqual([later.id])
  })

  it('passes over the accounts it is told to, and nobody else', async () => {
    const { add, lanes } = await someLanes(wide)
    const [busy, free] = [aPost(), aPost()]
    await add(busy, free)
    const { slots } = await lanes.take('instagram', { max: 10, busy: [busy.accountId] })
    expect(idsOf(slots)).toEqual([free.id])
    expect(idsOf((await lanes.take('instagram', { max: 10, busy: [] })).slots)).toEqual([busy.id])
  })

  it('hands out a post whose reply window closes while it waits, without a call', async () => {
    const { add, take, own } = await someLanes(wide)
    await redis.set(`${own}:pause:app:instagram`, String(Date.now() + HOUR_MS))
    const [ending, waiting] = [aPost({ endsInMs: 300 }), aPost()]
    await add(ending, waiting)
    expect(await take()).toEqual([])
    await expect
      .poll(async () => (await take()).map(({ post, call }) => [post.id, call]), { timeout: 5000 })
      .toEqual([[ending.id, undefined]])
    // Added again it waits for its turn: handed out at once it would be asked for ever.
    await add(ending)
    expect(await take()).toEqual([])
  })

  it('moves a post whose row names another account, and leaves nothing of it behind', async () => {
    const { add, take, own } = await someLanes(wide)
    const post = aPost()
    await add(post)
    await add({ ...post, accountId: newId('account', at) })
    expect(await take()).toHaveLength(1)
    expect(
      (await redis.keys(`${own.replace(/[{}]/g, '\\$&')}:lanes:*`)).filter((key) => !key.endsWith(':serial')),
    ).toEqual([])
  })

  it('an entry that nobody can read holds nobody up', async () => {
    const { own, add, take } = await someLanes(wide)
    const post = aPost()
    await redis.hset(`${own}:lanes:instagram:posts`, 'pst_x', `${post.accountId} ${post.conversationId} soon`)
    await redis.zadd(`${own}:lanes:instagram:later`, 0, 'pst_x')
    await add(post)
    expect(idsOf(await take())).toEqual([post.id])
  })
})

describe('limits', () => {
  it('one post of a conversation at a time does not hold up the rest of its account', async () => {
    const { add, take } = await someLanes([
      { scope: 'account', max: 100, perMs: 1000 },
      { scope: 'conversation', max: 1, perMs: 60_000 },
    ])
    const account = newId('account', at)
    const first = aPost({ account, endsInMs: HOUR_MS })
    const second = aPost({ account, conversationId: first.conversationId, endsInMs: HOUR_MS + 1 })
    const other = aPost({ account, endsInMs: 2 * HOUR_MS })
    await add(first, second, other)
    expect(idsOf(await take())).toEqual([first.id, other.id])
  })

  it.each(['app:instagram', 'account', 'conversation'])('a pause of %s holds exactly what it names', async (scope) => {
    const { add, take, own } = await someLanes(wide)
    const limiter = createLimiter(redis, own)
    const account = newId('account', at)
    const [held, sibling, other] = [aPost({ account }), aPost({ account }), aPost()]
    const key = { account: `account:${account}`, conversation: `conversation:${held.conversationId}` }[scope] ?? scope
    await limiter.pause(key, new Date(Date.now() + HOUR_MS))
    await add(held, sibling, other)
    const free = { 'app:instagram': [], account: [other.id], conversation: [sibling.id, other.id] }[scope]
    expect(idsOf(await take()).sort()).toEqual(free?.sort())
  })

  it('a call that was not made leaves its place to another', async () => {
    const { add, take, lanes } = await someLanes([{ scope: 'account', max: 1, perMs: 60_000 }])
    const account = newId('account', at)
    const [first, second] = [aPost({ account, endsInMs: 1000_000 }), aPost({ account, endsInMs: 2000_000 })]
    await add(first, second)
    const [slot] = await take()
    if (!slot) throw new Error('the first has a slot')
    expect(await take()).toEqual([])
    await lanes.refund('instagram', slot)
    expect(idsOf(await take())).toEqual([second.id])
  })

  it('a memory that was wiped waits each window out once, and puts back what it is told to first', async () => {
    const restored: string[] = []
    const { add, take, own } = await someLanes([{ scope: 'account', max: 5, perMs: 700 }], {
      restore: async () => {
        restored.push('pauses')
        await redis.set(`${own}:pause:account:${paused.accountId}`, String(Date.now() + HOUR_MS))
      },
    })
    const [paused, free] = [aPost(), aPost()]
    await redis.del(`${own}:limits:epoch`)
    const started = Date.now()
    await add(paused, free)
    await expect.poll(async () => idsOf(await take()), { timeout: 5000, interval: 20 }).toEqual([free.id])
    expect(Date.now() - started).toBeGreaterThan(550)
    expect(restored).toEqual(['pauses'])
    expect(await take()).toEqual([])
  })

  it('each post gets the earliest slot that passes no window, as a slow and obvious model finds it', async () => {
    const window = fc.record({ max: fc.integer({ min: 1, max: 4 }), perMs: fc.integer({ min: 1, max: 60 }) })
    const table = fc.record({
      account: fc.array(window, { minLength: 1, maxLength: 3 }),
      conversation: fc.array(window, { minLength: 1, maxLength: 2 }),
    })
    const places = fc.array(fc.record({ account: fc.nat(2), conversation: fc.nat(3) }), { minLength: 1, maxLength: 25 })
    await fc.assert(
      fc.asyncProperty(table, places, fc.nat(200), async ({ account, conversation }, chosen, delay) => {
        const send = [
          ...account.map((one) => ({ ...one, scope: 'account' as const })),
          ...conversation.map((one) => ({ ...one, scope: 'conversation' as const })),
        ]
        // All slots lie within the lead, and a pause puts them at an exact distance, so that the clock plays no part.
        const { own, add, take } = await someLanes(send, { leadMs: FAR_MS })
        const start = Date.now() + HOUR_MS + delay
        await redis.set(`${own}:pause:app:instagram`, String(start))
        const taken = new Map<string, number[]>()
        for (const place of chosen) {
          const accountId = `acc_${place.account}` as AccountId
          const conversationId = `cnv_${place.account}_${place.conversation}` as ConversationId
          const post = aPost({ accountId, conversationId, endsInMs: 2 * FAR_MS })
          await add(post)
          expect(idsOf(await take())).toEqual([post.id])
          const windows = send.map(({ scope, max, perMs }) => ({
            key: scope === 'account' ? `account:${accountId}` : `conversation:${conversationId}`,
            max,
            perMs,
          }))
          const slot = slowReserve(taken, windows, start)
          const kept = await redis.zrange(`${own}:slots:conversation:${conversationId}:send`, '0', '-1', 'WITHSCORES')
          const member = kept.findIndex((value) => value.startsWith(post.id))
          expect(Number(kept[member + 1])).toBe(slot)
        }
        await redis.del(...(await redis.keys(`${own.replace(/[{}]/g, '\\$&')}*`)))
      }),
      { numRuns: 60 },
    )
  }, 60_000)

  it('eight takers that race pass no window and miss no post', async () => {
    const send: ScopedWindow[] = [
      { scope: 'account', max: 40, perMs: 525 },
      { scope: 'account', max: 8, perMs: 105 },
      { scope: 'conversation', max: 1, perMs: 50 },
    ]
    const { own, add, rules } = await someLanes(send)
    const account = newId('account', at)
    const posts = Array.from({ length: 150 }, () => aPost({ account }))
    await add(...posts)
    const clients = Array.from({ length: 8 }, () => new Redis(url))
    const taken: PostId[] = []
    const slots: number[] = []
    await Promise.all(
      clients.map(async (client) => {
        const lanes = createLanes(client, own, { rules })
        while (taken.length < posts.length) {
          const found = await lanes.take('instagram', { max: 8, busy: [] })
          for (const { post, call } of found.slots) {
            taken.push(post.id)
            slots.push(Number(await client.zscore(`${own}:slots:account:${account}:send`, call?.name ?? '')))
          }
          await new Promise((resolve) => setTimeout(resolve, Math.min(found.nextMs, 20)))
        }
      }),
    )
    for (const client of clients) client.disconnect()
    expect(taken.toSorted()).toEqual(posts.map(({ id }) => id).toSorted())
    expect(Math.min(...slots)).toBeGreaterThan(0)
    expect(crowd(slots, 525)).toBeLessThanOrEqual(40)
    expect(crowd(slots, 105)).toBeLessThanOrEqual(8)
    const seconds = (Math.max(...slots) - Math.min(...slots)) / 1000
    expect((slots.length - 8) / seconds).toBeGreaterThan(0.95 * (40 / 0.525))
  }, 30_000)
})
