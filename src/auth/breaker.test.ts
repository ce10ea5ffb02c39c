import { expect, it } from 'vitest'
import { createBreaker } from './breaker.ts'

function setUp() {
  const clock = { at: new Date('2026-11-24T12:00:00Z') }
  const breaker = createBreaker({ now: () => clock.at, failuresMax: 3, openMs: 10_000 })
  const pass = (ms: number) => {
    clock.at = new Date(clock.at.getTime() + ms)
  }
  const fail = (times: number) => Array.from({ length: times }, () => breaker.failed())
  return { breaker, pass, fail, clock }
}

it('lets everybody through until there were enough failures in a row', () => {
  const { breaker, fail } = setUp()
  fail(2)
  breaker.succeeded()
  fail(2)
  expect(breaker.refusal()).toBeUndefined()
  fail(1)
  expect(breaker.refusal()).toEqual(new Date('2026-11-24T12:00:10Z'))
})

it('lets one call through when the time is over, and everybody once that went well', () => {
  const { breaker, fail, pass } = setUp()
  fail(3)
  pass(10_000)
  expect([breaker.refusal(), breaker.refusal(), breaker.refusal()].filter((until) => !until)).toHaveLength(1)
  breaker.succeeded()
  expect([breaker.refusal(), breaker.refusal()]).toEqual([undefined, undefined])
})

it('waits as long again when that one call failed', () => {
  const { breaker, fail, pass } = setUp()
  fail(3)
  pass(10_000)
  expect(breaker.refusal()).toBeUndefined()
  fail(1)
  pass(9999)
  expect(breaker.refusal()).toBeDefined()
  pass(1)
  expect(breaker.refusal()).toBeUndefined()
})
