/*
 * How often somebody may ask us, counted in Redis over all web processes. A window begins with the first request in it.
 * While Redis is away, or silent, each process counts by itself: nobody is let in without end, and nobody is locked out.
 */
import type { Redis } from 'ioredis'
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'

export interface Rate {
  /** Names the policy in the answer's headers, and its keys in Redis. */
  name: string
  max: number
  windowS: number
}

export interface Taken {
  allowed: boolean
  remaining: number
  resetMs: number
}

/** Counts one request of this key. Never throws. */
export type Take = (key: string) => Promise<Taken>

export interface Counter extends Rate {
  take: Take
}

/** A Redis that takes longer than this counts as away. */
const SILENT_MS = 300

/** Without a Redis it counts in this process alone. */
export function createRates(redis: Redis | undefined, prefix: string): (rate: Rate) => Counter {
  return (rate) => {
    const options = { points: rate.max, duration: rate.windowS, keyPrefix: `${prefix}:rate:${rate.name}` }
    const memory = new RateLimiterMemory(options)
    if (!redis) return { ...rate, take: (key) => taken(memory.consume(key)) }
    const shared = new RateLimiterRedis({
      ...options,
      storeClient: redis,
      insuranceLimiter: memory,
      rejectIfRedisNotReady: true,
      // Whoever is over the limit is refused from memory: hammering costs no call.
      inMemoryBlockOnConsumed: rate.max + 1,
    })
    return { ...rate, take: (key) => taken(orSilent(shared.consume(key), () => memory.consume(key))) }
  }
}

async function taken(asked: Promise<RateLimiterRes>): Promise<Taken> {
  try {
    return stateOf(await asked, true)
  } catch (refused) {
    if (refused instanceof RateLimiterRes) return stateOf(refused, false)
    // Of neither store: better one request too many than nobody at all.
    return { allowed: true, remaining: 0, resetMs: 0 }
  }
}

function stateOf({ remainingPoints, msBeforeNext }: RateLimiterRes, allowed: boolean): Taken {
  return { allowed, remaining: Math.max(0, remainingPoints), resetMs: Math.max(0, msBeforeNext) }
}

async function orSilent<T>(asked: Promise<T>, instead: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const silent = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, SILENT_MS, undefined)
  })
  try {
    return (await Promise.race([asked, silent])) ?? (await instead())
  } finally {
    clearTimeout(timer)
    // What it says afterwards interests nobody.
    asked.catch(() => undefined)
  }
}
