import type { MiddlewareHandler } from 'hono'
import { hardenHeaders } from './headers.ts'

const csp = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "media-src 'self'",
  "connect-src 'self'",
  "font-src 'self'",
  "manifest-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** What every answer of the console carries, errors included, unless it says something of its own. Nothing is kept by a cache but what says that it may. */
export function pageHeaders(publicUrl: string): MiddlewareHandler {
  const harden = hardenHeaders(publicUrl)
  return async (c, next) => {
    await harden(c, async () => {
      await next()
      const { headers } = c.res
      if (!headers.has('content-security-policy')) headers.set('content-security-policy', csp)
      if (!headers.has('cache-control')) headers.set('cache-control', 'no-store')
    })
  }
}
