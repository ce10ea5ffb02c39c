import { SecretsError } from '../errors.ts'

/** A place that holds secrets under the names of their variables. */
export interface SecretsBackend {
  name: 'file' | 'vault' | 'aws'
  /** The text itself or the file that holds it; undefined when there is none. Throws a `SecretsError`. */
  find(variable: string): Promise<Found | undefined>
}

export type Found = { text: string } | { file: string }

/** What a test sets in place of the network, the clock and the patience of the real thing. */
export interface Tools {
  fetch?: typeof fetch
  now?: () => number
  deadlineMs?: number
  pauseMs?: number
}

const DEADLINE_MS = 30_000
const PAUSE_FIRST_MS = 250
const PAUSE_MAX_MS = 5000

/** Tries again what may be over in a moment, ever less often, and gives up at the deadline with the last reason. */
export async function patiently<T>(
  work: () => Promise<T>,
  { now = Date.now, deadlineMs = DEADLINE_MS, pauseMs = PAUSE_FIRST_MS }: Tools,
): Promise<T> {
  const until = now() + deadlineMs
  for (let pause = pauseMs; ; pause = Math.min(pause * 2, PAUSE_MAX_MS)) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof SecretsError) || !error.isPassing) throw error
      const wait = Math.max(error.waitMs, pause * (0.5 + Math.random() / 2))
      if (now() + wait > until) throw error
      await new Promise((resolve) => setTimeout(resolve, wait))
    }
  }
}
