import { expect, it } from 'vitest'
import { reminderOf, secretAge } from './secret-age.ts'

const since = new Date('2026-01-01T00:00:00Z')
const on = (day: number) => new Date(since.getTime() + day * 86_400_000)
const ageOn = (day: number, stage: 'development' | 'production' = 'production') =>
  secretAge('SESSION_SECRET', since, { stage, at: on(day) })

it('a secret is due after a month in development, after a quarter in production, and a token after sixty days', () => {
  expect(ageOn(0, 'development').due).toEqual(on(30))
  expect(ageOn(0).due).toEqual(on(90))
  expect(secretAge('account', since, { stage: 'production', at: since, kind: 'token' }).due).toEqual(on(60))
  expect(ageOn(91)).toMatchObject({ daysLeft: -1, step: -1 })
})

it('somebody is reminded fourteen, seven and one day before, on the day, and as often after', () => {
  const steps = Array.from({ length: 130 }, (_, day) => ageOn(day).step)
  const changes = steps.flatMap((step, day) => (step === steps[day - 1] ? [] : [[day, step]]))
  expect(changes.slice(1)).toEqual([
    [76, 14],
    [83, 7],
    [89, 1],
    [90, 0],
    [91, -1],
    [97, -7],
    [104, -14],
  ])
})

it('the words change only when their moment does', () => {
  expect(reminderOf(ageOn(77))).toBe(reminderOf(ageOn(78)))
  expect(reminderOf(ageOn(77))).toBe('SESSION_SECRET is to be replaced by 2026-04-01, after 90 days')
  expect(reminderOf(ageOn(95))).toMatch(/^SESSION_SECRET was to be replaced by 2026-04-01/)
})
