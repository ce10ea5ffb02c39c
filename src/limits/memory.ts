import { createHash } from 'node:crypto'
import type { Redis } from 'ioredis'
import { beginScript, WIPED } from './script.ts'

export interface MemoryOptions {
  /** Runs when Redis was found wiped, before anything gets a slot: puts back what only MySQL still knows. */
  restore?: () => Promise<void>
}

/** Runs the limiter's scripts; a memory that was wiped is begun anew first. */
export function createMemory(
  redis: Redis,
  prefix: string,
  { restore = async () => undefined }: MemoryOptions,
): { epochKey: string; run(script: string, keys: string[], args: (string | number)[]): Promise<unknown> } {
  const epochKey = `${prefix}:limits:epoch`
  let beginning: Promise<void> | undefined

  async function begin(): Promise<void> {
    await restore()
    await evaluate(redis, beginScript, [epochKey], [])
  }

  return {
    epochKey,
    async run(script, keys, args) {
      for (;;) {
        const answer = await evaluate(redis, script, keys, args)
        if (answer !== WIPED) return answer
        beginning ??= begin().finally(() => {
          beginning = undefined
        })
        await beginning
      }
    },
  }
}

const digests = new Map<string, string>()

/** By its digest, which is shorter on the way; Redis forgets scripts when it starts. */
async function evaluate(redis: Redis, script: string, keys: string[], args: (string | number)[]): Promise<unknown> {
  const digest = digests.get(script) ?? createHash('sha1').update(script).digest('hex')
  digests.set(script, digest)
  try {
    return await redis.evalsha(digest, keys.length, ...keys, ...args)
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
    return redis.eval(script, keys.length, ...keys, ...args)
  }
}
