import type { Refs } from '../refs.ts'
import type { Token, World } from '../world.ts'
import { type GraphError, refusals } from './answers.ts'

const HOUR_MS = 3_600_000
/** 60 days, less what Meta's own sample answers leave off: https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login */
export const TOKEN_LIFE_S = 5_183_944
const REFRESH_AGE_MIN_MS = 24 * HOUR_MS

/** The token a request carries, in the header or (as Meta still allows) in the query. */
export function tokenOf(header: string | undefined, query: string | undefined): string | undefined {
  return /^Bearer (\S+)$/i.exec(header ?? '')?.[1] ?? query
}

export function checkToken(world: World, refs: Refs, given: string | undefined, at: number): Token | GraphError {
  if (!given) return refusals.tokenMissing
  const token = world.tokens.find(({ accountRef, serial }) => refs.token(accountRef, serial) === given)
  if (!token) return refusals.tokenUnknown
  return expiryOf(token) > at ? token : refusals.tokenExpired
}

export function mayRefresh(token: Token, at: number): boolean {
  return at - token.at >= REFRESH_AGE_MIN_MS
}

export function expiryOf(token: Token): number {
  return token.at + TOKEN_LIFE_S * 1000
}
