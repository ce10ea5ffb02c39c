import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fullestWindow, median, percentile } from './statistics.ts'

const numbers = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 40 })

describe('median', () => {
  it.each([
    [[3], 3],
    [[10, 1, 5], 5],
    [[4, 1, 3, 2], 2.5],
  ])('of %j is %d', (values, expected) => {
    expect(median(values)).toBe(expected)
  })

  it('is nothing of nothing', () => {
    expect(median([])).toBeNaN()
  })

  it('leaves the values as they were', () => {
    const values = [3, 1, 2]
    median(values)
    expect(values).toEqual([3, 1, 2])
  })
})

describe('percentile', () => {
  it.each([
    [0.5, 50],
    [0.95, 95],
    [0.99, 99],
    [1, 100],
    [0, 1],
  ])('%d of 1 to 100 is %d', (share, expected) => {
    const values = Array.from({ length: 100 }, (_, i) => 100 - i)
    expect(percentile(values, share)).toBe(expected)
  })

  it('is nothing of nothing', () => {
    expect(percentile([], 0.99)).toBeNaN()
  })

  it('is a value that at least this share does not exceed, and the smallest such', () => {
    fc.assert(
      fc.property(numbers, fc.double({ min: 0.01, max: 1, noNaN: true }), (values, share) => {
        const answer = percentile(values, share)
        const upTo = (limit: number) => values.filter((value) => value <= limit).length
        expect(values).toContain(answer)
        expect(upTo(answer)).toBeGreaterThanOrEqual(share * values.length)
        expect(upTo(answer - 1)).toBeLessThan(share * values.length)
      }),
    )
  })
})

describe('the fullest sliding window', () => {
  it.each([
    ['nothing', [], 100, 0],
    ['events on both sides of a full second', [900, 950, 1000, 1050], 1000, 4],
    ['an event exactly one window later', [0, 100], 100, 1],
    ['an event just inside', [0, 99.9], 100, 2],
    ['unsorted times', [500, 0, 510, 20, 505], 50, 3],
  ])('counts %s', (_case, times, perMs, most) => {
    expect(fullestWindow(times, perMs)).toBe(most)
  })

  it('agrees with counting from every event', () => {
    fc.assert(
      fc.property(numbers, fc.integer({ min: 1, max: 500 }), (times, perMs) => {
        const counts = times.map((from) => times.filter((time) => time >= from && time < from + perMs).length)
        expect(fullestWindow(times, perMs)).toBe(Math.max(...counts))
      }),
    )
  })
})
