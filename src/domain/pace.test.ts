import { describe, expect, it } from 'vitest'
import { isCalm, PACE_MS, QUICK_MAX, waitsUntil } from './pace.ts'

const at = new Date('2026-11-24T12:00:00Z')
const ago = (ms: number) => new Date(at.getTime() - ms)

describe('the pace of one operator', () => {
  it('lets nobody approve more than thirty replies in any minute', () => {
    const times = Array.from({ length: QUICK_MAX }, (_, n) => ago(n * 1000))
    expect(waitsUntil(times.slice(1), at)).toBeUndefined()
    expect(waitsUntil(times, at)).toEqual(new Date(ago((QUICK_MAX - 1) * 1000).getTime() + PACE_MS))
  })

  it('forgets what is older than a minute', () => {
    expect(waitsUntil(Array<Date>(QUICK_MAX).fill(ago(PACE_MS)), at)).toBeUndefined()
  })
})

describe('a draft that asks for no second look', () => {
  const calm = { author: 'claude' as const, flags: [], confidence: 0.8 }
  it.each([
    [true, {}],
    [false, { flags: ['refund'] }],
    [false, { confidence: 0.79 }],
    [false, { confidence: null }],
    [false, { author: 'operator' as const }],
  ])('is one (%s) with %j', (expected, changed) => {
    expect(isCalm({ ...calm, ...changed })).toBe(expected)
  })
})
