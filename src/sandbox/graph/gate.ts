import type { HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { Context, MiddlewareHandler } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Core } from '../core.ts'
import type { Arrival } from '../entries.ts'
import { strikes } from '../weather/weather.ts'
import { platformOf, type Token } from '../world.ts'
import { codeOf, errorBody, type GraphError, refusals } from './answers.ts'
import type { Head, Tally } from './tally.ts'
import { faultOf, tokenOf } from './tokens.ts'

export interface GraphEnv {
  Bindings: Partial<HttpBindings>
  /** `given` is whatever token came, good or bad; `token` is good. */
  Variables: {
    arrival: Arrival
    head: Head
    given?: Token
    token: Token
    usage?: 'none' | { percent: number; regainMinutes: number }
  }
}

/** How the server is told that there is nothing to answer any more. */
const ALREADY_SENT = 'x-hono-already-sent'

export type Answer = Record<string, unknown> | GraphError

/** Writes every call down with the time of its arrival, and puts the usage headers on its answer. */
export function recordArrivals(core: Core, tally: Tally): MiddlewareHandler<GraphEnv> {
  return async (c, next) => {
    takeIn(core, tally, c)
    const arrival = c.get('arrival')
    await next()
    const isCut = c.res.headers.has(ALREADY_SENT)
    core.record({ type: 'arrival', ...arrival, status: isCut ? 0 : c.res.status })
    if (isCut) return
    showUsage(core, tally, c)
    c.header('date', new Date(core.clock()).toUTCString())
  }
}

function takeIn(core: Core, tally: Tally, c: Context<GraphEnv>): void {
  const { method, path } = c.req
  const arrival: Arrival = { at: core.arrivalClock(), method, path, status: 0 }
  const given = core.lookup.token(givenText(c))
  if (given) arrival.accountRef = given.accountRef
  const head = tally.head(arrival)
  if (head.isOver) arrival.overLimit = true
  c.set('arrival', arrival)
  c.set('head', head)
  if (given) c.set('given', given)
}

function givenText(c: Context<GraphEnv>): string {
  return tokenOf(c.req.header('authorization'), c.req.query('access_token')) ?? ''
}

function showUsage({ settings, world }: Core, { usage }: Tally, c: Context<GraphEnv>): void {
  const told = c.get('usage')
  if (told === 'none') return
  const { accountRef } = c.get('arrival')
  const headers = usage.headers({
    accountRef,
    platform: platformOf(world, accountRef),
    ...(told ?? { percent: settings.usagePercent }),
  })
  for (const [name, value] of Object.entries(headers)) if (!c.res.headers.has(name)) c.header(name, value)
}

export function requireToken(core: Core): MiddlewareHandler<GraphEnv> {
  return async (c, next) => {
    const token = c.get('given')
    if (!token) return answer(core, c, refusals.tokenUnknown)
    mayDie(core, token, c.get('head').call)
    const given = { accountRef: token.accountRef, text: givenText(c) }
    if (!core.isProven(c.req.query('appsecret_proof'), given)) return answer(core, c, refusals.proofInvalid)
    const fault = faultOf(token, core.world, core.clock())
    if (token.isDead) c.get('arrival').trouble = 'tokenDeath'
    if (fault) return answer(core, c, fault)
    c.set('token', token)
    return next()
  }
}

/** A death takes the account's other tokens along. */
function mayDie({ world, record }: Core, { accountRef }: Token, call: number): void {
  const { weather } = world
  const newest = world.tokens.get(accountRef)?.at(-1)
  if (!newest || newest.isDead) return
  if (!strikes(weather, weather.tokens.death, { kind: 'token death', about: accountRef, serial: call })) return
  record({ type: 'death', accountRef, serial: newest.serial })
}

export function answer({ refs, world }: Core, c: Context<GraphEnv>, result: Answer): Response {
  if (!isRefusal(result)) return c.json(result)
  c.get('arrival').code = codeOf(result)
  return c.json(errorBody(result, refs.trace(world.arrivals.length + 1)), result.status as ContentfulStatusCode)
}

export function isRefusal(result: Answer): result is GraphError {
  return typeof result['code'] === 'number' && typeof result['status'] === 'number'
}

/** Ends the connection instead of answering: `reset` as a crash does, otherwise as an orderly close. */
export function cut({ env }: Context<GraphEnv>, how: 'close' | 'reset'): Response {
  const socket = env?.incoming?.socket
  if (how === 'reset' && socket && 'resetAndDestroy' in socket) socket.resetAndDestroy()
  else socket?.destroy()
  return RESPONSE_ALREADY_SENT
}
