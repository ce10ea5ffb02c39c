import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'

/** How long a session lives in all, as `flow/sign-in.ts` counts it; the cookie goes with it. */
const SESSION_DAYS = 7

/** The browser's half of a session: an opaque token that scripts cannot read and other sites cannot send. */
export interface SessionCookie {
  read(c: Context): string | undefined
  write(c: Context, token: string): void
  clear(c: Context): void
}

/** Over https the name begins with `__Host-`: no sibling host can plant it. */
export function createSessionCookie(publicUrl: string): SessionCookie {
  const secure = new URL(publicUrl).protocol === 'https:'
  const name = secure ? '__Host-countersign' : 'countersign'
  const options = { path: '/', httpOnly: true, sameSite: 'Lax', secure } as const
  return {
    read: (c) => getCookie(c, name),
    write: (c, token) => setCookie(c, name, token, { ...options, maxAge: SESSION_DAYS * 86_400 }),
    clear: (c) => void deleteCookie(c, name, options),
  }
}
