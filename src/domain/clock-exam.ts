import { type Found, found } from './diagnoses.ts'

/** Somebody else's clock, seen from ours. */
export interface ClockSeen {
  whose: string
  /** Positive when it is ahead of ours. */
  aheadMs: number
  /** How wrong that may be: the way there and back, and what the clock leaves off. */
  errorMs: number
}

const OFF_MS = 5000
const FAR_OFF_MS = 60_000

/** When everybody else agrees and we alone differ, ours is the clock that is wrong. */
export function clockFaults(clocks: readonly ClockSeen[]): Found[] {
  const apart = clocks.filter(isApart)
  const [first] = apart
  if (first && clocks.length > 1 && apart.length === clocks.length && apart.every((other) => agree(first, other))) {
    return [faultOf(first, `This machine’s clock is ${distance(-first.aheadMs)} everybody else’s`)]
  }
  return apart.map((clock) =>
    faultOf(clock, `The clock of ${clock.whose} is ${distance(clock.aheadMs)} this machine’s`),
  )
}

function isApart({ aheadMs, errorMs }: ClockSeen): boolean {
  return Math.abs(aheadMs) - errorMs > OFF_MS
}

function agree(one: ClockSeen, other: ClockSeen): boolean {
  return Math.abs(one.aheadMs - other.aheadMs) - one.errorMs - other.errorMs <= OFF_MS
}

function faultOf({ aheadMs, errorMs }: ClockSeen, detail: string): Found {
  return found(Math.abs(aheadMs) - errorMs > FAR_OFF_MS ? 'clock_far_off' : 'clock_off', detail)
}

function distance(aheadMs: number): string {
  return `${Math.round(Math.abs(aheadMs) / 1000)} s ${aheadMs > 0 ? 'ahead of' : 'behind'}`
}
