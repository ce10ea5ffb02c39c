import { randomUUID } from 'node:crypto'
import type { Context, MiddlewareHandler } from 'hono'
import { matchedRoutes } from 'hono/route'
import { AppError } from '#src/domain/errors.ts'
import { errorFields, type Log } from '#src/observability/logger.ts'

export interface Requested {
  Variables: {
    requestId: string
    /** What a door adds to the request's line; ids and words of ours. */
    logged?: Record<string, string | number>
  }
}

const INBOUND_ID = /^[\w.-]{8,64}$/

/** Gives each request an id and one line. The route's pattern is logged, not the address: a query may hold a secret, a path a name. */
export function logRequests(log: Log): MiddlewareHandler<Requested> {
  return async (c, next) => {
    const started = performance.now()
    const named = c.req.header('x-request-id')
    const requestId = named && INBOUND_ID.test(named) ? named : randomUUID()
    c.set('requestId', requestId)
    await next()
    c.res.headers.set('x-request-id', requestId)
    const { status } = c.res
    log[status >= 500 ? 'error' : 'info'](
      {
        requestId,
        method: c.req.method,
        route: routeOf(c),
        status,
        ms: Math.round(performance.now() - started),
        ...c.get('logged'),
        ...(c.error && isTelling(c.error, status) && { error: errorFields(c.error) }),
      },
      'request',
    )
  }
}

/** A refusal of the framework's says no more than its status. */
function isTelling(error: Error, status: number): boolean {
  return error instanceof AppError || status >= 500
}

/** The pattern of whatever answered; a wildcard alone means that nothing did. */
function routeOf(c: Context): string {
  const path = matchedRoutes(c)[c.req.routeIndex]?.path
  return path === undefined || path === '*' || path === '/*' ? '(none)' : path
}
