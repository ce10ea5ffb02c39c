/*
 * Who waits for a reply has until the window closes. When half of that time has passed somebody is reminded, at three quarters
 * whoever comes next hears of it, and when it is over that is said. Of several steps that have come only the last is told: a
 * process that was away says how things are, not how they were.
 */
import type { NoDraftReason } from './draft.ts'
import type { Role } from './identity.ts'

const shares = { remind: 0.5, escalate: 0.75, expire: 1 } as const

export type Step = keyof typeof shares
export const steps = ['remind', 'escalate', 'expire'] as const satisfies Step[]

export interface ReplyWindow {
  opensAt: Date
  closesAt: Date
}

/** Minutes after midnight, by the clock of the zone; they may pass over midnight. */
export interface QuietHours {
  from: number
  to: number
  zone: string
}

export interface Moment {
  at: Date
  quiet?: QuietHours | undefined
}

const MINUTE_MS = 60_000
const DAY_MINUTES = 1440

/** What has come to light meanwhile is told together, so that a busy hour is not a message for each conversation. */
export const GATHER_MS = 10 * MINUTE_MS

/** There is nothing to answer here, or nobody may. */
export const unremindedReasons = [
  'no_reply',
  'standby',
  'not_allowed',
  'opted_out',
] as const satisfies readonly NoDraftReason[]

/** The step to be told now, when the one before was `told`; undefined while there is none, or while it has to wait. */
export function dueStep(window: ReplyWindow, told: Step | undefined, { at, quiet }: Moment): Step | undefined {
  const step = steps.findLast((one) => momentOf(one, window) <= at.getTime())
  if (!step || (told && shares[told] >= shares[step])) return undefined
  const end = quiet && quietUntil(at, quiet)
  if (!end) return step
  return step !== 'remind' && window.closesAt <= end ? step : undefined
}

/** Whether what is due goes out, or waits a little for more of its kind. Nothing waits that would be too late. */
export function isGathered(
  step: Step,
  closesAt: Date,
  { at, lastAt }: { at: Date; lastAt: Date | undefined },
): boolean {
  if (!lastAt || at.getTime() - lastAt.getTime() >= GATHER_MS) return true
  return step !== 'expire' && closesAt.getTime() - at.getTime() < 2 * GATHER_MS
}

/** Whom a step is mailed to: those who decide, then those who run the house. */
export function hears(step: Step, role: Role): boolean {
  return step === 'remind' ? role === 'approver' || role === 'admin' : role === 'admin'
}

function momentOf(step: Step, { opensAt, closesAt }: ReplyWindow): number {
  return opensAt.getTime() + (closesAt.getTime() - opensAt.getTime()) * shares[step]
}

/** When the quiet hours end in which the instant lies; undefined when it lies in none. */
export function quietUntil(at: Date, { from, to, zone }: QuietHours): Date | undefined {
  const minute = minuteIn(at, zone)
  if (wrap(minute - from) >= wrap(to - from)) return undefined
  const end = at.getTime() - (at.getTime() % MINUTE_MS) + wrap(to - minute) * MINUTE_MS
  // The clock may be changed on the way there.
  const drift = wrap(to - minuteIn(new Date(end), zone) + DAY_MINUTES / 2) - DAY_MINUTES / 2
  return new Date(end + drift * MINUTE_MS)
}

function minuteIn(at: Date, timeZone: string): number {
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  const [hours = 0, minutes = 0] = clock.format(at).split(':').map(Number)
  return hours * 60 + minutes
}

function wrap(minutes: number): number {
  return ((minutes % DAY_MINUTES) + DAY_MINUTES) % DAY_MINUTES
}
