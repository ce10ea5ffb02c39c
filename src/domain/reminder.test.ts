import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dueStep, GATHER_MS, hears, isGathered, type QuietHours, quietUntil, type Step, steps } from './reminder.ts'
import { reminderText } from './reminder-text.ts'

const HOUR_MS = 3_600_000
const opensAt = new Date('2026-11-24T08:00:00Z')
const hours = (count: number) => new Date(opensAt.getTime() + count * HOUR_MS)
const day = { opensAt, closesAt: hours(24) }
const vienna: QuietHours = { from: 22 * 60, to: 7 * 60, zone: 'Europe/Vienna' }

/** What is told when somebody looks at those hours after the beginning. */
function toldAt(looks: number[], quiet?: QuietHours, window = day): { step: Step; at: Date }[] {
  const told: { step: Step; at: Date }[] = []
  for (const at of looks.map(hours)) {
    const step = dueStep(window, told.at(-1)?.step, { at, quiet })
    if (step) told.push({ step, at })
  }
  return told
}

describe('the steps of a reply window', () => {
  it.each([
    [11.99, undefined],
    [12, 'remind'],
    [17.99, 'remind'],
    [18, 'escalate'],
    [23.99, 'escalate'],
    [24, 'expire'],
  ])('after %s of 24 hours: %s', (hour, step) => {
    expect(dueStep(day, undefined, { at: hours(hour) })).toBe(step)
  })

  it('are each told once, in their order and never early, whoever looks when; the last of those that came is told', () => {
    const looks = fc.array(fc.double({ min: 0, max: 30, noNaN: true }), { maxLength: 60 })
    const quiet = fc.option(
      fc.record({
        from: fc.integer({ min: 0, max: 1439 }),
        to: fc.integer({ min: 0, max: 1439 }),
        zone: fc.constantFrom('Europe/Vienna', 'America/St_Johns', 'Asia/Kathmandu'),
      }),
      { nil: undefined },
    )
    fc.assert(
      fc.property(looks, quiet, (some, hoursOff) => {
        const ordered = [...some].sort((a, b) => a - b)
        const told = toldAt([...ordered, 30], hoursOff).map(({ step }) => step)
        expect([...new Set(told)]).toEqual(told)
        expect(told).toEqual(steps.filter((step) => told.includes(step)))
        expect(told.at(-1)).toBe('expire')
      }),
    )
    fc.assert(
      fc.property(looks, (some) => {
        const dense = [...some, 12, 18, 24].sort((a, b) => a - b)
        expect(toldAt(dense)).toEqual([12, 18, 24].map((hour, i) => ({ step: steps[i], at: hours(hour) })))
      }),
    )
  })
})

describe('quiet hours', () => {
  it.each([
    ['2026-11-24T20:59:59Z', undefined],
    ['2026-11-24T21:00:00Z', '2026-11-25T06:00:00Z'],
    ['2026-11-25T05:59:30Z', '2026-11-25T06:00:00Z'],
    ['2026-11-25T06:00:00Z', undefined],
    ['2026-03-28T22:30:00Z', '2026-03-29T05:00:00Z'],
    ['2026-10-24T22:30:00Z', '2026-10-25T06:00:00Z'],
  ])('by the clock of Vienna, which is changed twice a year: at %s until %s', (at, end) => {
    expect(quietUntil(new Date(at), vienna)?.toISOString()).toBe(end && new Date(end).toISOString())
  })

  it('may lie within one day, and none are meant by the same hour twice', () => {
    const noon = { from: 12 * 60, to: 13 * 60, zone: 'UTC' }
    expect(quietUntil(new Date('2026-11-24T12:30:00Z'), noon)).toEqual(new Date('2026-11-24T13:00:00Z'))
    expect(quietUntil(new Date('2026-11-24T12:30:00Z'), { ...noon, to: noon.from })).toBeUndefined()
  })

  it('put the reminder off until they end', () => {
    const window = { opensAt, closesAt: hours(36) }
    const every = Array.from({ length: 37 }, (_, hour) => hour)
    // Half is over at two in the morning UTC, three in Vienna.
    expect(toldAt(every, vienna, window)).toMatchObject([
      { step: 'remind', at: hours(22) },
      { step: 'escalate', at: hours(27) },
      { step: 'expire', at: hours(36) },
    ])
  })

  it('hold up neither what is urgent nor the end when the window closes within them', () => {
    const window = { opensAt, closesAt: hours(20) }
    const every = Array.from({ length: 30 }, (_, hour) => hour)
    expect(toldAt(every, vienna, window)).toMatchObject([
      { step: 'remind', at: hours(10) },
      { step: 'escalate', at: hours(15) },
      { step: 'expire', at: hours(20) },
    ])
    const later = { opensAt, closesAt: hours(23) }
    expect(toldAt(every, vienna, later).map(({ step, at }) => [step, at])).toEqual([
      ['remind', hours(12)],
      ['escalate', hours(22)],
      ['expire', hours(23)],
    ])
  })
})

it('what comes shortly after the last message waits for more, unless the window would close meanwhile', () => {
  const at = hours(12)
  const ago = (ms: number) => ({ at, lastAt: new Date(at.getTime() - ms) })
  expect(isGathered('remind', hours(24), { at, lastAt: undefined })).toBe(true)
  expect(isGathered('remind', hours(24), ago(GATHER_MS - 1))).toBe(false)
  expect(isGathered('remind', hours(24), ago(GATHER_MS))).toBe(true)
  expect(isGathered('escalate', hours(12.25), ago(1))).toBe(true)
  expect(isGathered('expire', hours(12), ago(1))).toBe(false)
})

it('the first step is mailed to those who decide, the later ones to admins', () => {
  const who = (step: Step) => (['viewer', 'approver', 'admin', 'auditor'] as const).filter((role) => hears(step, role))
  expect(steps.map(who)).toEqual([['approver', 'admin'], ['admin'], ['admin']])
})

it('a message says whose conversations wait, how many, and how long is left', () => {
  const closesAt = hours(24)
  const of = (step: Step, waiting: number) => ({ step, waiting, closesAt, accountName: 'Alpine\r\nOutfitters' })
  expect(reminderText(of('remind', 1), hours(12))).toBe(
    'Alpine Outfitters: 1 conversation waiting with half of the reply time gone; 12 h left, until 2026-11-25 08:00 UTC',
  )
  expect(reminderText(of('escalate', 3), hours(18.5))).toBe(
    'Alpine Outfitters: 3 conversations waiting with three quarters of the reply time gone; the first 5 h 30 min left, until 2026-11-25 08:00 UTC',
  )
  // Told late, it does not promise time that is gone.
  for (const step of ['remind', 'expire'] as const) {
    expect(reminderText(of(step, 1), hours(25))).toBe(
      'Alpine Outfitters: 1 conversation went unanswered until the reply window closed at 2026-11-25 08:00 UTC',
    )
  }
})
