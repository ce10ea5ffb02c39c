/*
 * Wrong passwords and codes slow the next try down, counted in MySQL so that all web processes count together.
 * A try is counted before the password is looked at: twenty at once are twenty tries. The longest delay is a minute,
 * so that somebody who guesses at an account cannot lock its owner out for long.
 */
import { type Database, inTransaction, type Transaction } from '#db/client.ts'
import { forgetTries, lockTries, saveTries, type Tries } from '#db/operators.ts'
import { AppError } from '#src/domain/errors.ts'

const FREE_TRIES = 5
const FIRST_DELAY_MS = 5000
const LONGEST_DELAY_MS = 60_000
/** Codes are short, so guessing has to take long; whoever gets to guess them knows the password already. */
export const FACTOR_DELAY_MS = 15 * 60_000
const FORGET_AFTER_MS = 3_600_000

/** How long to wait after this many wrong tries in a row. */
export function delayAfter(failures: number, longestMs = LONGEST_DELAY_MS): number {
  if (failures < FREE_TRIES) return 0
  return Math.min(longestMs, FIRST_DELAY_MS * 2 ** (failures - FREE_TRIES))
}

/** Counts one try under every key, or throws `rate_limited` and counts nothing. Keys are locked in order, so that two tries cannot wait for each other. */
export async function countTry(db: Database, keys: readonly string[], at: Date, longestMs?: number): Promise<void> {
  await inTransaction(db, async (tx) => {
    const rows: [string, Tries][] = []
    for (const key of [...keys].sort()) rows.push([key, await lockTries(tx, key, at)])
    const until = Math.max(...rows.map(([, { blockedUntil }]) => blockedUntil.getTime()))
    if (until > at.getTime()) {
      throw new AppError('rate_limited', 'Too many tries; please wait a moment', { until: new Date(until) })
    }
    for (const [key, tries] of rows) await saveTries(tx, key, oneMore(tries, at, longestMs))
  })
}

function oneMore({ failures, lastAt }: Tries, at: Date, longestMs?: number): Tries {
  const recent = at.getTime() - lastAt.getTime() < FORGET_AFTER_MS ? failures : 0
  return { failures: recent + 1, blockedUntil: new Date(at.getTime() + delayAfter(recent + 1, longestMs)), lastAt: at }
}

/** The right answer wipes the slate. */
export async function forgiveTries(tx: Transaction, keys: readonly string[]): Promise<void> {
  for (const key of [...keys].sort()) await forgetTries(tx, key)
}
