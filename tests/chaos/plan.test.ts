import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { describeStep, durationOf, LONG_FREEZE_MS, planOf, processNames } from './plan.ts'

const options = fc.record({ minutes: fc.double({ min: 0.6, max: 10, noNaN: true }), events: fc.nat(200) })

describe('the plan', () => {
  it('is the same again for the same seed', () => {
    fc.assert(
      fc.property(fc.integer(), options, (seed, o) => {
        expect(planOf(seed, o)).toEqual(planOf(seed, o))
      }),
    )
  })

  it('is another one for another seed', () => {
    const plans = Array.from({ length: 50 }, (_, seed) => JSON.stringify(planOf(seed, { minutes: 1, events: 10 })))
    expect(new Set(plans).size).toBe(50)
  })

  it('lies within its time, by time, and never does two things to one process at once', () => {
    fc.assert(
      fc.property(fc.integer(), options, (seed, o) => {
        const steps = planOf(seed, o)
        expect(steps.length).toBeLessThanOrEqual(o.events)
        expect(steps.map(({ atMs }) => atMs)).toEqual(steps.map(({ atMs }) => atMs).sort((a, b) => a - b))
        for (const step of steps) {
          expect(step.atMs).toBeGreaterThanOrEqual(0)
          expect(step.atMs + durationOf(step)).toBeLessThanOrEqual(Math.round(o.minutes * 60_000))
        }
        for (const name of processNames) {
          const own = steps.filter((step) => 'process' in step && step.process === name)
          const gaps = own.slice(1).map((step, i) => step.atMs - (own[i]?.atMs ?? 0) - durationOf(own[i] ?? step))
          expect(gaps.every((gap) => gap >= 0)).toBe(true)
        }
      }),
    )
  })

  it('freezes a sender for longer than its lease however short it is', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 50 }), (seed, events) => {
        const long = planOf(seed, { minutes: 0.6, events }).filter(
          (step) => step.kind === 'freeze' && step.process.startsWith('sending') && step.ms >= LONG_FREEZE_MS,
        )
        expect(long.length).toBeGreaterThan(0)
      }),
    )
  })

  it('holds one of each kind once there is room for them', () => {
    const kinds = new Set(planOf(1, { minutes: 10, events: 60 }).map(({ kind }) => kind))
    const all = [
      'kill',
      'drain',
      'freeze',
      'flush',
      'restart',
      'swallow',
      'cut',
      'away',
      'clock',
      'token',
      'hold',
      'pile',
      'tamper',
    ]
    expect([...kinds].sort()).toEqual(all.sort())
  })

  it('reads as one line a step', () => {
    expect(describeStep({ kind: 'freeze', process: 'sending-1', ms: 32_000, atMs: 1250 })).toBe(
      '   1.25 s  freeze    sending-1  32 s',
    )
  })
})
