import type { Core } from '../core.ts'
import { draw } from '../weather/weather.ts'
import type { Token, World } from '../world.ts'
import { type GraphError, refusals } from './answers.ts'

const HOUR_MS = 3_600_000
/** 60 days, less what Meta's own sample answers leave off: https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login */
export const TOKEN_LIFE_S = 5_183_944
const REFRESH_AGE_MIN_MS = 24 * HOUR_MS
/** Why a token dies before its time: nothing said, the password was changed, somebody signed out. */
const DEATHS = [undefined, 460, 467]

/** The token a request carries, in the header or (as Meta still allows) in the query. */
export function tokenOf(header: string | undefined, query: string | undefined): string | undefined {
  return /^Bearer (\S+)$/i.exec(header ?? '')?.[1] ?? query
}

/** What is wrong with a token that somebody once was given. */
export function faultOf(token: Token, { weather }: World, at: number): GraphError | undefined {
  if (token.isDead) return deathOf(token, weather.seed)
  return expiryOf(token) > at ? undefined : refusals.tokenExpired
}

function deathOf({ accountRef, serial }: Token, seed: number): GraphError {
  const why = DEATHS[Math.floor(draw(seed, { kind: 'death code', about: accountRef, serial }) * DEATHS.length)]
  return { ...refusals.tokenDead, ...(why && { subcode: why }) }
}

/** Keeps a fresh token for the account and says it; the older ones stay as they are. */
export function issueToken({ world, refs, clock, record }: Core, accountRef: string): string {
  const serial = (world.tokens.get(accountRef)?.length ?? 0) + 1
  record({ type: 'token', accountRef, serial, at: clock() })
  return refs.token(accountRef, serial)
}

export function mayRefresh(token: Token, at: number): boolean {
  return at - token.at >= REFRESH_AGE_MIN_MS
}

export function expiryOf(token: Token): number {
  return token.at + TOKEN_LIFE_S * 1000
}
