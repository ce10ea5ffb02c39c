import type { MiddlewareHandler } from 'hono'

const METHODS = 'GET, POST, PUT, PATCH, DELETE'
const HEADERS = 'authorization, content-type, idempotency-key, if-match, x-api-key, x-request-id'
const SHOWN = 'etag, location, ratelimit, ratelimit-policy, retry-after, x-request-id'
const HOUR_S = '3600'

/** Lets pages of these sites, and of no others, call from a browser. No cookie goes with such a call: a program shows a key. */
export function allowOrigins(origins: readonly string[]): MiddlewareHandler {
  const allowed = (origin: string | undefined) => {
    // `null` is what a sandboxed frame or a file calls itself, and anybody can make one.
    if (origin === undefined || origin === 'null') return undefined
    return origins.includes('*') || origins.includes(origin) ? origin : undefined
  }
  return async (c, next) => {
    const origin = allowed(c.req.header('origin'))
    const asks = c.req.method === 'OPTIONS' && c.req.header('access-control-request-method') !== undefined
    if (asks) return c.body(null, 204, origin === undefined ? { vary: 'Origin' } : preflight(origin))
    await next()
    c.res.headers.append('vary', 'Origin')
    if (origin === undefined) return
    c.res.headers.set('access-control-allow-origin', origin)
    c.res.headers.set('access-control-expose-headers', SHOWN)
    c.res.headers.set('cross-origin-resource-policy', 'cross-origin')
  }
}

function preflight(origin: string): Record<string, string> {
  return {
    vary: 'Origin',
    'access-control-allow-origin': origin,
    'access-control-allow-methods': METHODS,
    'access-control-allow-headers': HEADERS,
    'access-control-max-age': HOUR_S,
  }
}
