import { expect, it } from 'vitest'
import { costMaxMicros, usageOf } from './price.ts'

const none = { input: 0, output: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 }

it('prices a call in millionths of a dollar', () => {
  expect(usageOf('claude-haiku-5-5', { ...none, input: 1000, output: 200 })).toEqual({
    inputTokens: 1000,
    outputTokens: 200,
    costMicros: 200,
  })
  expect(usageOf('claude-sonnet-5-5', { ...none, input: 1000, output: 100 }).costMicros).toBe(3000)
})

it('prices the cache: an hour’s write doubles, a read is a fraction', () => {
  expect(usageOf('claude-sonnet-5-5', { ...none, cacheWrite1h: 1000 }).costMicros).toBe(4000)
  expect(usageOf('claude-sonnet-5-5', { ...none, cacheWrite5m: 1000 }).costMicros).toBe(2500)
  expect(usageOf('claude-sonnet-5-5', { ...none, cacheRead: 1000 }).costMicros).toBe(100)
})

it('knows that a long prompt costs more, counting what came from the cache', () => {
  expect(usageOf('claude-haiku-5-5', { ...none, input: 60_000, cacheRead: 60_000 }).costMicros).toBe(33_000)
})

it('never thinks an unknown model cheap, and takes a dated name for its model', () => {
  expect(usageOf('claude-next', { ...none, input: 10 }).costMicros).toBe(100)
  expect(usageOf('claude-haiku-4-5-20251001', { ...none, input: 10 }).costMicros).toBe(10)
})

it('reserves at least what any split of the same tokens can cost', () => {
  const most = costMaxMicros('claude-haiku-5-5', 9000, 4096)
  for (const kind of ['input', 'cacheRead', 'cacheWrite5m', 'cacheWrite1h'] as const) {
    expect(usageOf('claude-haiku-5-5', { ...none, [kind]: 9000, output: 4096 }).costMicros).toBeLessThanOrEqual(most)
  }
})
