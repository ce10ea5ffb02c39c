import { AppError } from './errors.ts'

/** How long a conversation can be put aside, in hours. */
export const snoozeHours = [1, 3, 8, 24, 72] as const
export type SnoozeHours = (typeof snoozeHours)[number]

const HOUR_MS = 3_600_000

interface Waiting {
  /** The end of the reply window, if one is open. */
  windowExpiresAt: Date | null
}

/** What of it leaves time to answer: nobody is to sleep through the end of the reply window. */
export function openSnoozes({ windowExpiresAt }: Waiting, at: Date): SnoozeHours[] {
  const left = windowExpiresAt ? windowExpiresAt.getTime() - at.getTime() : 0
  return snoozeHours.filter((hours) => left <= 0 || hours * HOUR_MS < left)
}

/** Throws `conflict` when the reply window closes before that. */
export function snoozeEnd(hours: SnoozeHours, waiting: Waiting, at: Date): Date {
  if (openSnoozes(waiting, at).includes(hours)) return new Date(at.getTime() + hours * HOUR_MS)
  throw new AppError('conflict', 'The reply window closes before that', { field: 'hours' })
}
