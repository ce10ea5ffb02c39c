import { AppError } from './errors.ts'
import type { AccountId, OperatorId } from './ids.ts'
import type { Platform } from './platform.ts'

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

/** What an operator chose of the queue; what is absent is not asked. */
export interface QueueChoice {
  accountId?: AccountId | undefined
  platform?: Platform | undefined
  /** `flagged`: Claude was worried; `calm`: nothing worried it, and it was sure; `person`: there is no draft. */
  risk?: 'flagged' | 'calm' | 'person' | undefined
  language?: string | undefined
  /** `null`: with nobody. */
  assigneeId?: OperatorId | null | undefined
  /** In names, in the newest message and in the draft. */
  search?: string | undefined
}
