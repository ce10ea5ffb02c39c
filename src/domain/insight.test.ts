import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { changedShare, daysOf, noFigures, shareInWindow, spikeOf } from './insight.ts'

const text = fc
  .array(fc.constantFrom('yes', 'no', 'we', '雪が降る', '🙂', '.'), { maxLength: 12 })
  .map((all) => all.join(' '))

describe('how much an edit changed', () => {
  it('is nothing for the same words, however they are spaced, and everything for others', () => {
    expect(changedShare('We ship to Graz.', ' We  ship\nto Graz.')).toBe(0)
    expect(changedShare('Hello', 'Servus')).toBe(1)
    expect(changedShare('', '')).toBe(0)
    // Four of the five words and marks on either side are common.
    expect(changedShare('We ship to Graz.', 'We ship to Linz.')).toBeCloseTo(0.2)
  })

  it('lies between the two, and is the same either way round', () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        const share = changedShare(a, b)
        expect(share).toBeGreaterThanOrEqual(0)
        expect(share).toBeLessThanOrEqual(1)
        expect(changedShare(b, a)).toBeCloseTo(share)
        expect(changedShare(a, a)).toBe(0)
      }),
    )
  })
})

describe('a spike', () => {
  const days = daysOf(9, new Date('2026-11-24T10:00:00Z'))
  it.each([
    ['today, out of nothing', [0, 0, 0, 0, 0, 0, 0, 0, 4], '2026-11-24'],
    ['yesterday', [1, 0, 1, 0, 1, 0, 1, 9, 0], '2026-11-23'],
    ['not a few', [0, 0, 0, 0, 0, 0, 0, 0, 3], undefined],
    ['not what is usual', [20, 22, 19, 25, 21, 18, 20, 24, 30], undefined],
    ['not long ago', [0, 0, 0, 0, 0, 0, 30, 0, 0], undefined],
  ])('is %s', (_name, counts, day) => {
    expect(spikeOf(days, counts)?.day).toBe(day)
  })
})

it('takes no exchange for missed while its window is open', () => {
  expect(shareInWindow({ ...noFigures(), exchanges: 5, waiting: 1, inWindow: 3 })).toBe(0.75)
  expect(shareInWindow({ ...noFigures(), exchanges: 1, waiting: 1 })).toBeUndefined()
})

it('ends a look back with today', () => {
  expect(daysOf(1, new Date('2026-11-24T00:00:00Z'))).toEqual(['2026-11-24'])
  expect(daysOf(3, new Date('2026-03-01T23:59:59Z'))).toEqual(['2026-02-27', '2026-02-28', '2026-03-01'])
})
