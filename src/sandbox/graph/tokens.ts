import type { Core } from '../core.ts'
import { tokenText } from '../lookup.ts'
import { draw } from '../weather/weather.ts'
import { platformOf, type Token, type World } from '../world.ts'
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
export function faultOf(token: Token, world: World, at: number): GraphError | undefined {
  if (token.isDead) return deathOf(token, world.weather.seed)
  return expiryOf(token, world) > at ? undefined : refusals.tokenExpired
}

function deathOf({ accountRef, serial, deathCode }: Token, seed: number): GraphError {
  if (deathCode !== undefined) return { ...refusals.tokenDead, subcode: deathCode }
  const why = DEATHS[Math.floor(draw(seed, { kind: 'death code', about: accountRef, serial }) * DEATHS.length)]
  return { ...refusals.tokenDead, ...(why && { subcode: why }) }
}

/** Keeps a fresh token for the account and says it; the older ones stay as they are. */
export function issueToken(core: Core, accountRef: string): string {
  const { world, refs, clock, record } = core
  const serial = (world.tokens.get(accountRef)?.length ?? 0) + 1
  const at = clock()
  record({ type: 'token', accountRef, serial, at })
  return tokenText(world, refs, { accountRef, serial, at })
}

export function mayRefresh(token: Token, at: number): boolean {
  return at - token.at >= REFRESH_AGE_MIN_MS
}

/** A Page's token has no end. */
export function expiryOf(token: Token, world: World): number {
  return platformOf(world, token.accountRef) === 'messenger' ? Number.POSITIVE_INFINITY : token.at + TOKEN_LIFE_S * 1000
}
