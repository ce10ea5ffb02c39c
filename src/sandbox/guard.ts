import type { MiddlewareHandler } from 'hono'

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])
const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/

/**
 * Keeps other websites out of a server without sign-in: only this machine's own names are answered (a page that
 * rebinds its name to us is not), and nothing is changed for a page that is not ours. Programs send neither header.
 */
export const guard: MiddlewareHandler = async (c, next) => {
  const host = c.req.header('host') ?? new URL(c.req.url).host
  if (!LOOPBACK.test(host)) return c.text('The sandbox answers on this machine only', 421)
  if (!SAFE.has(c.req.method) && isForeign(c.req.header('sec-fetch-site'), c.req.header('origin'), host)) {
    return c.text('This came from another site', 403)
  }
  return next()
}

function isForeign(site: string | undefined, origin: string | undefined, host: string): boolean {
  if (site !== undefined) return site !== 'same-origin' && site !== 'none'
  return origin !== undefined && origin !== `http://${host}`
}
