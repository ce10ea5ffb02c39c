import type { MiddlewareHandler } from 'hono'

const YEAR_S = 31_536_000
/** An answer that is no page loads nothing and is shown in no frame. */
const NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

/** What every answer carries, whatever its door and its status. A page says of itself what it may load. */
export function hardenHeaders(publicUrl: string): MiddlewareHandler {
  const headers: [string, string][] = [
    ['content-security-policy', NOTHING],
    ['cross-origin-opener-policy', 'same-origin'],
    ['cross-origin-resource-policy', 'same-origin'],
    ['permissions-policy', 'camera=(), geolocation=(), microphone=(), payment=()'],
    ['referrer-policy', 'no-referrer'],
    ['x-content-type-options', 'nosniff'],
    ['x-frame-options', 'DENY'],
  ]
  if (new URL(publicUrl).protocol === 'https:') {
    headers.push(['strict-transport-security', `max-age=${YEAR_S}; includeSubDomains`])
  }
  return async (c, next) => {
    await next()
    const { headers: said } = c.res
    for (const [name, value] of headers) if (!said.has(name)) said.set(name, value)
  }
}
