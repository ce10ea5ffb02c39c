import type { Redis } from 'ioredis'
import type { Window } from '#src/domain/limit.ts'
import { createMemory, type MemoryOptions } from './memory.ts'
import { pauseScript, reserveScript } from './script.ts'

export interface SlotRequest {
  /** The same id asking again gets the same slot, until it has been missed. One id per intended call. */
  id: string
  /** Windows of one key are always asked for together. */
  windows: (Window & { key: string })[]
  /** Further keys whose pauses hold this request up, such as the whole app's. */
  pausedBy?: string[]
}

export interface Limiter {
  /** The earliest instant at which none of the windows is passed, in the caller's clock; now or earlier means go. */
  reserve(request: SlotRequest): Promise<Date>
  /** Nothing of this key gets a slot before `until`; a later end already set stays. */
  pause(key: string, until: Date): Promise<void>
}

/** How late a call may leave and still use its slot. Bounded by the head-room of `domain/limit.ts`. */
const TOLERANCE_MS = 150
const TRIES_MAX = 3
/** While Redis answers too slowly to be exact, calls wait this long and ask again. */
const SLOW_REDIS_MS = 1000

/**
 * The limiter that all workers share. Slots are counted in Redis by its own clock and answered as a distance from now,
 * so that a worker whose clock is wrong neither hurries nor waits too long.
 */
export function createLimiter(
  redis: Redis,
  prefix: string,
  { now = () => new Date(), ...options }: MemoryOptions & { now?: () => Date } = {},
): Limiter {
  const { run } = createMemory(redis, prefix, options)

  return {
    async reserve(request) {
      const { keys, args } = scriptInput(request, prefix)
      for (let tries = 1; ; tries++) {
        const asked = performance.now()
        const waitMs = Number(await run(reserveScript, keys, args))
        // The slot may have been late already when Redis looked, and the answer was on its way since.
        const lateMs = performance.now() - asked + Math.max(0, -waitMs)
        if (lateMs <= TOLERANCE_MS) return new Date(now().getTime() + waitMs)
        if (tries >= TRIES_MAX) return new Date(now().getTime() + SLOW_REDIS_MS)
      }
    },

    async pause(key, until) {
      const waitMs = until.getTime() - now().getTime()
      if (waitMs > 0) await run(pauseScript, [pauseKey(prefix, key)], [waitMs])
    },
  }
}

function scriptInput({ id, windows, pausedBy = [] }: SlotRequest, prefix: string) {
  const sets = [...new Set(windows.map(({ key }) => key))]
  const pauses = [...new Set([...sets, ...pausedBy])]
  const keys = [
    `${prefix}:limits:epoch`,
    ...sets.map((key) => `${prefix}:slots:${key}`),
    ...pauses.map((key) => pauseKey(prefix, key)),
  ]
  const perWindow = windows.flatMap(({ key, max, perMs }) => [1 + sets.indexOf(key), max, perMs])
  return { keys, args: [id, TOLERANCE_MS, sets.length, ...perWindow] }
}

function pauseKey(prefix: string, key: string): string {
  return `${prefix}:pause:${key}`
}
