import type { HttpBindings } from '@hono/node-server'
import type { Context, MiddlewareHandler } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Core } from '../core.ts'
import type { Arrival } from '../entries.ts'
import type { Token } from '../world.ts'
import { codeOf, errorBody, type GraphError } from './answers.ts'
import { checkToken, tokenOf } from './tokens.ts'
import { createUsage } from './usage.ts'

export interface GraphEnv {
  Bindings: Partial<HttpBindings>
  Variables: { arrival: Arrival; token: Token }
}

export type Answer = Record<string, unknown> | GraphError

/** Writes every call down with the time of its arrival, and puts the usage headers on its answer. */
export function recordArrivals(core: Core): MiddlewareHandler<GraphEnv> {
  const usage = createUsage(core.account.accountRef)
  return async (c, next) => {
    const { method, path } = c.req
    const arrival: Arrival = { at: core.machineClock(), method, path, status: 0 }
    c.set('arrival', arrival)
    await next()
    core.record({ type: 'arrival', ...arrival, status: c.res.status })
    for (const [name, value] of Object.entries(usage(arrival.at, core.settings.usagePercent))) {
      if (!c.res.headers.has(name)) c.header(name, value)
    }
  }
}

export function requireToken(core: Core): MiddlewareHandler<GraphEnv> {
  return async (c, next) => {
    const given = tokenOf(c.req.header('authorization'), c.req.query('access_token'))
    const token = checkToken(core.world, core.refs, given, core.clock())
    if ('code' in token) return answer(core, c, token)
    c.get('arrival').accountRef = token.accountRef
    c.set('token', token)
    return next()
  }
}

export function answer({ refs, world }: Core, c: Context<GraphEnv>, result: Answer): Response {
  if (!isRefusal(result)) return c.json(result)
  c.get('arrival').code = codeOf(result)
  return c.json(errorBody(result, refs.trace(world.arrivals.length + 1)), result.status as ContentfulStatusCode)
}

function isRefusal(result: Answer): result is GraphError {
  return typeof result['code'] === 'number' && typeof result['status'] === 'number'
}
