import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'

/** How long a session lives in all, as `flow/sign-in.ts` counts it; the cookie goes with it. */
const SESSION_DAYS = 7

/** An opaque token in a browser, which scripts cannot read and other sites cannot send. */
interface TokenCookie {
  read(c: Context): string | undefined
  write(c: Context, token: string): void
  clear(c: Context): void
}

/** The browser's half of a session. */
export type SessionCookie = TokenCookie

export function createSessionCookie(publicUrl: string): SessionCookie {
  return createTokenCookie(publicUrl, { name: 'countersign', seconds: SESSION_DAYS * 86_400 })
}

/** Of a browser that opened a link from the command line, for as long as such a login may take. */
export function createLinkCookie(publicUrl: string): TokenCookie {
  return createTokenCookie(publicUrl, { name: 'countersign-login', seconds: 600 })
}

/** Over https the name begins with `__Host-`: no sibling host can plant it. */
function createTokenCookie(publicUrl: string, { name, seconds }: { name: string; seconds: number }): TokenCookie {
  const secure = new URL(publicUrl).protocol === 'https:'
  const full = secure ? `__Host-${name}` : name
  const options = { path: '/', httpOnly: true, sameSite: 'Lax', secure } as const
  return {
    read: (c) => getCookie(c, full),
    write: (c, token) => setCookie(c, full, token, { ...options, maxAge: seconds }),
    clear: (c) => void deleteCookie(c, full, options),
  }
}
