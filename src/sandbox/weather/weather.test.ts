import fc from 'fast-check'
import { expect, it } from 'vitest'
import { aSandbox } from '#tests/support/sandbox.ts'
import { createWindow } from '../graph/window.ts'
import { draw, strikes, Weather } from './weather.ts'

const STORM = {
  seed: 42,
  deliveries: { duplicate: 0.2, reorder: 0.2, recut: 0.2, delay: 0.2, delayMsMax: 20 },
  sends: { commitThenDrop: 0.1, commitThen500: 0.1, unknownError: 0.1, resetAfter: 0.1, error500: 0.1, throttle: 0.1 },
  echoes: { early: 0.2, late: 0.2, never: 0.2, lateMsMax: 20 },
}

it('is harmless until it is changed, and says what it is', async () => {
  const { ask } = await aSandbox()
  const { body } = await ask('GET', '/weather')
  expect(body).toEqual(Weather.parse({}))
  for (const { delayMsMax, slowMsMax, throttleMs, lateMsMax, enforce, ...chances } of [
    body.deliveries,
    body.sends,
    body.echoes,
    body.reads,
    body.tokens,
  ]) {
    expect(Object.values(chances).every((chance) => chance === 0)).toBe(true)
    expect(enforce ?? false).toBe(false)
  }
  const put = await ask('PUT', '/weather', { sends: { throttle: 0.5 } })
  expect(put).toEqual({ status: 200, body: Weather.parse({ sends: { throttle: 0.5 } }) })
  expect((await ask('GET', '/weather')).body).toEqual(put.body)
})

it.each([
  [{ seed: 1.5 }, 'seed'],
  [{ sends: { throttle: 1.1 } }, 'sends.throttle'],
  [{ deliveries: { delayMsMax: -1 } }, 'deliveries.delayMsMax'],
  [{ echoes: { sometimes: 1 } }, 'sometimes'],
])('names the field of a weather that cannot be: %j', async (weather, field) => {
  const { ask } = await aSandbox()
  const { status, body } = await ask('PUT', '/weather', weather)
  expect(status).toBe(422)
  expect(body.error).toContain(field)
})

it('draws evenly, and the same for the same words', () => {
  const drawn = Array.from({ length: 4000 }, (_, serial) => draw(1, { kind: 'a', about: 'b', serial }))
  expect(drawn).toEqual(drawn.map((_, serial) => draw(1, { kind: 'a', about: 'b', serial })))
  const weather = Weather.parse({ seed: 1 })
  const struck = drawn.filter((_, serial) => strikes(weather, 0.25, { kind: 'a', about: 'b', serial })).length
  expect(struck).toBeGreaterThan(900)
  expect(struck).toBeLessThan(1100)
  const others = [draw(2, { kind: 'a', about: 'b', serial: 0 }), draw(1, { kind: 'a', about: 'c', serial: 0 })]
  expect(new Set([...drawn.slice(0, 1), ...others]).size).toBe(3)
})

it('counts a sliding window exactly', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 60 }),
      (limit, steps) => {
        const window = createWindow({ limit, ms: 100 })
        const times: number[] = []
        for (const step of steps) {
          const at = (times.at(-1) ?? 0) + step
          const isOver = times.filter((time) => time > at - 100).length >= limit
          expect(window.isOver(at)).toBe(isOver)
          times.push(at)
        }
      },
    ),
  )
})

/** Plays the same calls, the threads one after another or all at once; gives what befell each thing. */
async function play(isAtOnce: boolean, seed = STORM.seed) {
  const { ask, call, receiver } = await aSandbox(isAtOnce ? {} : { status: [500, 200, 503, 200] })
  const { accounts } = (await ask('POST', '/accounts', { count: 3 })).body
  await ask('PUT', '/weather', { ...STORM, seed })
  const converse = async ({ accountRef, token }: { accountRef: string; token: string }, name: string) => {
    const { contactRef } = (await ask('POST', '/people', { accountRef, name })).body
    for (const text of ['one', 'two', 'three', 'one', 'two', 'three', 'four', 'five']) {
      await ask('POST', '/messages', { contactRef, text: `${name} ${text}` })
      const json = { recipient: { id: contactRef }, message: { text: `Re: ${text}` } }
      await call('/v26.0/me/messages', { method: 'POST', json, as: token }).catch(() => undefined)
    }
  }
  const talks = accounts.map(
    (account: { accountRef: string; token: string }, i: number) => () => converse(account, `Person ${i}`),
  )
  if (isAtOnce) await Promise.all(talks.map((talk: () => Promise<void>) => talk()))
  else for (const talk of talks.toReversed()) await talk()
  const record = async () => (await ask('GET', '/record')).body
  await expect
    .poll(async () => (await record()).deliveries.every((one: { outcome: string }) => one.outcome === 'accepted'), {
      timeout: 5000,
    })
    .toBe(true)
  expect(receiver.received.length).toBeGreaterThan(0)
  const { arrivals, messages, deliveries } = await record()
  const struck = (list: Record<string, unknown>[], ...keys: string[]) =>
    list.map((one) => JSON.stringify(keys.map((key) => one[key]))).sort()
  return {
    sends: struck(arrivals, 'contactRef', 'text', 'trouble', 'kept', 'code', 'echo', 'mid', 'slowMs', 'waitMs'),
    messages: struck(messages, 'mid', 'contactRef', 'text'),
    // What comes again recut depends on what had gone before; that it comes again does not.
    deliveries: struck(
      deliveries.filter(({ trouble }: { trouble?: string }) => trouble !== 'recut'),
      ...['thread', 'mids', 'trouble'],
    ),
    recut: deliveries.filter(({ trouble }: { trouble?: string }) => trouble === 'recut').length > 0,
  }
}

it('brings the same trouble to the same seed, whatever the timing, and other trouble to another', async () => {
  const [calm, hurried, other] = [await play(false), await play(true), await play(true, 43)]
  expect(hurried).toEqual(calm)
  expect(other.sends).not.toEqual(calm.sends)
  expect(calm.sends.filter((one) => one.includes('commit') || one.includes('Error')).length).toBeGreaterThan(3)
})
