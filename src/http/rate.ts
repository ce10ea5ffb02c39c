import type { Context, Env as HonoEnv, MiddlewareHandler } from 'hono'
import { AppError } from '#src/domain/errors.ts'

/** A policy with what counts for it; `limits/rates.ts` makes them. */
export interface Counter {
  name: string
  max: number
  windowS: number
  take(key: string): Promise<{ allowed: boolean; remaining: number; resetMs: number }>
}

interface Counted {
  counter: Counter
  /** Whose requests are counted together. */
  key: string
}

/** Refuses whoever asks too often, and tells everybody how much is left. https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/ */
export function limitRate<E extends HonoEnv>(countedBy: (c: Context<E>) => Counted | undefined): MiddlewareHandler<E> {
  return async (c, next) => {
    const counted = countedBy(c)
    if (!counted) return next()
    const headers = await count(c, counted)
    await next()
    // An answer that was made whole has not seen them.
    for (const [name, value] of Object.entries(headers)) c.res.headers.set(name, value)
  }
}

/** Counts one request; throws `too_many_requests` for one too many. Answers the headers that tell how much is left. */
export async function count(c: Pick<Context, 'header'>, { counter, key }: Counted): Promise<Record<string, string>> {
  const { allowed, remaining, resetMs } = await counter.take(key)
  const seconds = Math.max(1, Math.ceil(resetMs / 1000))
  const headers = {
    'ratelimit-policy': `"${counter.name}";q=${counter.max};w=${counter.windowS}`,
    ratelimit: `"${counter.name}";r=${allowed ? remaining : 0};t=${seconds}`,
  }
  for (const [name, value] of Object.entries(headers)) c.header(name, value)
  if (allowed) return headers
  c.header('retry-after', String(seconds))
  throw new AppError('too_many_requests', `Too many requests; try again in ${seconds} s`)
}
