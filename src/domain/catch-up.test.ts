import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { catchUpRules, type Known, lookSince, missingIn, type Said, saidOf } from './catch-up.ts'

const at = new Date('2026-11-24T12:00:00Z')
const HOUR_MS = 3_600_000
const ago = (ms: number) => new Date(at.getTime() - ms)
const span = { platform: 'instagram' as const, connectedAt: ago(1000 * HOUR_MS), at }

/** Refs of what is missing, with how long ago each is taken to have been said. */
function look(shown: Partial<Said>[], known: Record<string, Known> = {}, changed: Partial<typeof span> = {}) {
  const all = shown.map((said, i) => {
    const whole: Said = { kind: 'message', at: ago(HOUR_MS), contactRef: '1', ref: `m${i}`, ...said }
    return { said: whole, it: whole.ref }
  })
  return missingIn(all, new Map(Object.entries(known)), { ...span, ...changed }).map(({ it, at: moment }) => [
    it,
    at.getTime() - moment.getTime(),
  ])
}
const refs = (found: ReturnType<typeof look>) => found.map(([ref]) => ref)

describe('what is missing', () => {
  it('is what is shown and not known, in its order', () => {
    expect(refs(look([{}, {}, {}], { m1: { sentAt: ago(HOUR_MS) } }))).toEqual(['m0', 'm2'])
    expect(look([{}], { m0: {} })).toEqual([])
  })

  it('is nothing that may still be under way', () => {
    const { graceMs } = catchUpRules
    expect(refs(look([{ at: ago(graceMs) }, { at: ago(graceMs - 1) }]))).toEqual(['m0'])
  })

  it('is nothing from before the account was connected', () => {
    const connectedAt = ago(HOUR_MS)
    expect(refs(look([{ at: ago(HOUR_MS) }, { at: ago(HOUR_MS - 1) }], {}, { connectedAt }))).toEqual(['m1'])
  })

  it('is no message older than a day and no comment older than a week', () => {
    const shown = [24, 23, 168, 167].map((hours) => ({ at: ago(hours * HOUR_MS) }))
    const [old, young, oldComment, comment] = shown
    const all = [
      { ...oldComment, kind: 'comment' as const },
      { ...comment, kind: 'comment' as const },
      { ...old },
      { ...young },
    ]
    expect(refs(look(all))).toEqual(['m1', 'm3'])
  })

  it('is nothing that somebody said before they were erased, and all that they said after', () => {
    const erased = { e: { sentAt: ago(5 * HOUR_MS), erasedAt: ago(3 * HOUR_MS) } }
    const shown = [{ ref: 'e', at: ago(5 * HOUR_MS) }, { at: ago(4 * HOUR_MS) }, { at: ago(2 * HOUR_MS) }]
    expect(refs(look(shown, erased))).toEqual(['m2'])
    expect(refs(look([{ ref: 'e' }, { at: ago(4 * HOUR_MS), contactRef: '2' }], erased))).toEqual(['m1'])
  })

  it('is our own words under a comment only where that comment is with us, or missing too', () => {
    const own = { kind: 'comment' as const, contactRef: 'us' }
    expect(refs(look([{ ...own, under: 'c' }]))).toEqual([])
    expect(refs(look([{ ...own, under: '' }]))).toEqual([])
    expect(refs(look([{ ...own, under: 'c' }], { c: {} }))).toEqual(['m0'])
    expect(
      refs(
        look([
          { ref: 'c', kind: 'comment' },
          { ...own, under: 'c' },
        ]),
      ),
    ).toEqual(['c', 'm1'])
  })
})

describe('the moment of what is missing', () => {
  const second = ago(HOUR_MS)
  const within = (ms: number) => new Date(second.getTime() + ms)

  it('is behind what stood before it in the same second', () => {
    const found = look([{ at: second, ref: 'k' }, { at: second }, { at: second }], { k: { sentAt: within(700) } })
    expect(found).toEqual([
      ['m1', HOUR_MS - 701],
      ['m2', HOUR_MS - 702],
    ])
  })

  it('is the platform’s own when nothing stands before it in that second', () => {
    expect(look([{ at: second, ref: 'k' }, { at: within(1000) }], { k: { sentAt: within(700) } })).toEqual([
      ['m1', HOUR_MS - 1000],
    ])
  })

  it('never puts one thing before another that the platform shows first', () => {
    const steps = fc.array(fc.record({ ms: fc.integer({ min: 0, max: 1500 }), isKnown: fc.boolean() }), {
      maxLength: 20,
    })
    fc.assert(
      fc.property(steps, (list) => {
        let ms = 0
        const truth = list.map((step, i) => {
          ms += step.ms
          return { ...step, ref: `m${i}`, sentAt: within(ms) }
        })
        const cut = (moment: Date) => new Date(Math.floor(moment.getTime() / 1000) * 1000)
        const known = Object.fromEntries(
          truth.flatMap(({ isKnown, ref, sentAt }) => (isKnown ? [[ref, { sentAt }]] : [])),
        )
        const found = new Map(
          look(
            truth.map(({ ref, sentAt }) => ({ ref, at: cut(sentAt) })),
            known,
          ) as [string, number][],
        )
        let last = Number.NEGATIVE_INFINITY
        for (const { ref, isKnown } of truth) {
          if (isKnown) continue
          const moment = -(found.get(ref) ?? Number.NaN)
          expect(moment).toBeGreaterThan(last)
          last = moment
        }
      }),
    )
  })
})

it('reads back to the last look and some more, and never beyond what can be answered or what is ours', () => {
  const { overlapMs } = catchUpRules
  const createdAt = ago(2 * HOUR_MS)
  expect(lookSince({ createdAt, lookedAt: null }, at)).toEqual(createdAt)
  expect(lookSince({ createdAt, lookedAt: ago(HOUR_MS) }, at)).toEqual(ago(HOUR_MS + overlapMs))
  expect(lookSince({ createdAt: new Date(0), lookedAt: null }, at)).toEqual(ago(168 * HOUR_MS))
})

it('knows by what a comment of ours is held', () => {
  const comment = {
    kind: 'comment' as const,
    accountRef: '9',
    at,
    key: [],
    contactRef: '9',
    commentRef: 'c2',
    mediaRef: 'p',
    text: '',
    live: false,
  }
  expect(saidOf({ ...comment, own: true, parentRef: 'c1' })).toMatchObject({ ref: 'c2', under: 'c1' })
  expect(saidOf({ ...comment, own: true })).toMatchObject({ under: '' })
  expect(saidOf({ ...comment, own: false, parentRef: 'c1' })).not.toHaveProperty('under')
})
