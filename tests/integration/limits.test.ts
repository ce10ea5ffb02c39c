import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { Redis } from 'ioredis'
import { expect, it } from 'vitest'
import { createLimiter } from '#src/limits/slots.ts'
import { crowd, slowReserve } from '#tests/support/slow-limiter.ts'
import { aRedis } from '#tests/support/stores.ts'

const { redis, prefix, url } = aRedis()
let serial = 0

/** A limiter with an empty memory of its own that has long been running. */
async function aLimiter() {
  const own = `${prefix}:${++serial}`
  await redis.set(`${own}:limits:epoch`, '1')
  return { limiter: createLimiter(redis, own), slots: (key: string) => slotsOf(`${own}:slots:${key}`), prefix: own }
}

async function slotsOf(key: string): Promise<number[]> {
  const rows = await redis.zrange(key, '0', '-1', 'WITHSCORES')
  return rows.filter((_, i) => i % 2 === 1).map(Number)
}

it('gives each call the earliest instant that passes no window, whatever else is waiting', async () => {
  const window = fc.record({
    key: fc.constantFrom('a', 'b', 'c'),
    max: fc.integer({ min: 1, max: 4 }),
    perMs: fc.integer({ min: 1, max: 60 }),
  })
  const table = fc.array(window, { minLength: 1, maxLength: 5 })
  const calls = fc.array(fc.subarray(['a', 'b', 'c'], { minLength: 1 }), { minLength: 1, maxLength: 25 })
  const opens = fc.record({ a: fc.nat(200), b: fc.nat(200), c: fc.nat(200) })

  await fc.assert(
    fc.asyncProperty(table, calls, opens, async (windows, requests, delays) => {
      const { prefix: own, limiter } = await aLimiter()
      const start = Date.now() + 3_600_000
      // Pauses put every slot at an exact distance from `start`, so that the clock plays no part in the comparison.
      for (const [key, delay] of Object.entries(delays)) await redis.set(`${own}:pause:${key}`, String(start + delay))
      const taken = new Map<string, number[]>()
      for (const [i, keys] of requests.entries()) {
        const asked = windows.filter(({ key }) => keys.includes(key))
        const [first] = asked
        if (!first) continue
        await limiter.reserve({ id: `call-${i}`, windows: asked })
        const earliest = start + Math.max(...asked.map(({ key }) => delays[key as keyof typeof delays]))
        expect(Number(await redis.zscore(`${own}:slots:${first.key}`, `call-${i}`))).toBe(
          slowReserve(taken, asked, earliest),
        )
      }
      await redis.del(...(await redis.keys(`${own.replace(/[{}]/g, '\\$&')}*`)))
    }),
    { numRuns: 150 },
  )
})

it('counts what an answer was on its way as lateness of its slot', async () => {
  const { limiter, slots, prefix: own } = await aLimiter()
  const windows = [{ key: 'k', max: 1, perMs: 400 }]
  await limiter.reserve({ id: 'first', windows })
  const slot = await limiter.reserve({ id: 'second', windows })
  const [, before = 0] = await slots('k')
  const evalsha = async (...args: Parameters<typeof redis.evalsha>) => {
    const answer = await redis.evalsha(...args)
    await sleep(100)
    return answer
  }
  const slow = createLimiter(Object.assign(Object.create(redis), { evalsha }), own)
  await sleep(slot.getTime() + 80 - Date.now())
  await slow.reserve({ id: 'second', windows })
  expect((await slots('k')).at(-1)).toBeGreaterThan(before + 150)
})

it('gives the same call the same slot until it has been missed', async () => {
  const { limiter, slots } = await aLimiter()
  const windows = [{ key: 'k', max: 1, perMs: 1500 }]
  await limiter.reserve({ id: 'first', windows })
  const slot = await limiter.reserve({ id: 'second', windows })
  const before = await slots('k')
  await limiter.reserve({ id: 'second', windows })
  expect(await slots('k')).toEqual(before)
  expect(before).toHaveLength(2)

  await expect.poll(() => Date.now() - slot.getTime(), { interval: 50, timeout: 10_000 }).toBeGreaterThan(250)
  await limiter.reserve({ id: 'second', windows })
  expect((await slots('k')).at(-1)).toBeGreaterThan((before.at(-1) ?? 0) + 200)
})

it('lets nothing of a paused key out before the end of the pause, and everything else at once', async () => {
  const { limiter } = await aLimiter()
  const until = new Date(Date.now() + 60_000)
  const held = { id: 'held', windows: [{ key: 'a', max: 5, perMs: 1000 }], pausedBy: ['app'] }
  const due = await limiter.reserve(held)
  expect(due.getTime()).toBeLessThan(Date.now() + 5000)
  await limiter.pause('app', until)
  await limiter.pause('app', new Date(Date.now() + 1000))
  expect((await limiter.reserve(held)).getTime()).toBeGreaterThan(until.getTime() - 50)
  const free = await limiter.reserve({ id: 'free', windows: [{ key: 'b', max: 5, perMs: 1000 }] })
  expect(free.getTime()).toBeLessThan(Date.now() + 5000)
})

it('waits a whole window out when its memory was wiped', async () => {
  const { limiter, prefix: own } = await aLimiter()
  await redis.del(`${own}:limits:epoch`)
  const slot = await limiter.reserve({ id: 'x', windows: [{ key: 'k', max: 5, perMs: 60_000 }] })
  expect(slot.getTime()).toBeGreaterThan(Date.now() + 30_000)
})

it('leaves nothing behind once its slots are history', async () => {
  const { limiter, prefix: own } = await aLimiter()
  await limiter.reserve({ id: 'x', windows: [{ key: 'k', max: 5, perMs: 1000 }] })
  expect(await redis.pttl(`${own}:slots:k`)).toBeLessThanOrEqual(2000)
  expect(await redis.pttl(`${own}:slots:k`)).toBeGreaterThan(0)
})

it('passes no window when eight clients race for the same slots', async () => {
  const { prefix: own, slots } = await aLimiter()
  const windows = [
    { key: 'k', max: 80, perMs: 1050 },
    { key: 'k', max: 8, perMs: 105 },
  ]
  const clients = Array.from({ length: 8 }, () => new Redis(url))
  const left = await Promise.all(
    clients.map((client, c) => {
      const limiter = createLimiter(client, own)
      return Promise.all(Array.from({ length: 30 }, (_, i) => limiter.reserve({ id: `${c}-${i}`, windows })))
    }),
  )
  for (const client of clients) client.disconnect()
  const instants = await slots('k')
  expect(left.flat()).toHaveLength(240)
  expect(instants).toHaveLength(240)
  expect(crowd(instants, 1050)).toBeLessThanOrEqual(80)
  expect(crowd(instants, 105)).toBeLessThanOrEqual(8)
  expect(Math.max(...instants) - Math.min(...instants)).toBeLessThan(3500)
})
