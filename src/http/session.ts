import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { sessionLife } from '#src/domain/session.ts'

const SHORT_S = 600

/** Something in a browser that scripts cannot read and other sites cannot send. */
export interface TokenCookie {
  read(c: Context): string | undefined
  write(c: Context, token: string): void
  clear(c: Context): void
}

interface Tokens {
  access: string
  refresh: string
}

/** The browser's half of a session: a ticket for ten minutes, and what the next one is got with. */
export interface SessionCookies {
  read(c: Context): Partial<Tokens>
  write(c: Context, tokens: Tokens): void
  clear(c: Context): void
}

export function createSessionCookies(publicUrl: string): SessionCookies {
  const access = createTokenCookie(publicUrl, { name: 'countersign', seconds: SHORT_S })
  const seconds = sessionLife.wholeMs / 1000
  const refresh = createTokenCookie(publicUrl, { name: 'countersign-refresh', seconds })
  return {
    read(c) {
      const [first, second] = [access.read(c), refresh.read(c)]
      return { ...(first && { access: first }), ...(second && { refresh: second }) }
    },
    write(c, tokens) {
      access.write(c, tokens.access)
      refresh.write(c, tokens.refresh)
    },
    clear(c) {
      access.clear(c)
      refresh.clear(c)
    },
  }
}

/** Of somebody whose password was right, until they have given the second factor. */
export function createStepCookie(publicUrl: string): TokenCookie {
  return createTokenCookie(publicUrl, { name: 'countersign-step', seconds: SHORT_S })
}

/** Of a browser that opened a link from the command line, for as long as such a login may take. */
export function createLinkCookie(publicUrl: string): TokenCookie {
  return createTokenCookie(publicUrl, { name: 'countersign-login', seconds: SHORT_S })
}

/** Over https the name begins with `__Host-`: no sibling host can plant it. */
function createTokenCookie(publicUrl: string, { name, seconds }: { name: string; seconds: number }): TokenCookie {
  const secure = new URL(publicUrl).protocol === 'https:'
  const full = secure ? `__Host-${name}` : name
  // A platform's dialog leads back from another site, and the session has to come along: hence Lax and not Strict.
  const options = { path: '/', httpOnly: true, sameSite: 'Lax', secure } as const
  return {
    read: (c) => getCookie(c, full),
    write: (c, token) => setCookie(c, full, token, { ...options, maxAge: seconds }),
    clear: (c) => void deleteCookie(c, full, options),
  }
}
