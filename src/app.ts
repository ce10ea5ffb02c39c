import { Hono, type MiddlewareHandler } from 'hono'
import { type Platform, platforms } from '#src/domain/platform.ts'
import type { Log } from '#src/observability/logger.ts'
import type { Api } from './api/env.ts'
import type { Env } from './console/env.ts'
import { type Addressed, knowAddress } from './http/address.ts'
import { allowOrigins } from './http/cors.ts'
import { hardenHeaders } from './http/headers.ts'
import { answerError, answerNotFound } from './http/problem.ts'
import { logRequests, type Requested } from './http/request-log.ts'

export interface Doors {
  log: Log
  guard: {
    publicUrl: string
    trustedProxies: readonly string[]
    corsOrigins: readonly string[]
    /** Refuses who is blocked. */
    refuseHostile: MiddlewareHandler
    /** Each counts by the address. */
    limitHealth: MiddlewareHandler
    limitPublic: MiddlewareHandler
  }
  securityTxt: Hono
  health: Hono
  webhooks: Record<Platform, Hono<Requested>>
  compliance: Hono<Requested>
  api: Api
  console: Hono<Env>
}

/** Every route of the web process, in the order a request meets them. */
export function createApp({ log, guard, health, securityTxt, webhooks, compliance, api, console }: Doors): Hono {
  const app = new Hono<Addressed>()
  app.onError(answerError)
  app.notFound(answerNotFound)
  app.use(logRequests(log))
  app.use(hardenHeaders(guard.publicUrl))
  app.use(knowAddress(guard.trustedProxies))
  app.use(guard.refuseHostile)
  for (const path of ['/livez', '/readyz', '/health']) app.use(path, guard.limitHealth)
  app.route('/', health)
  app.use('/.well-known/*', guard.limitPublic)
  app.route('/', securityTxt)
  // A webhook is counted by nobody but the hostile guard: platforms come in bursts.
  for (const platform of platforms) app.route(`/webhooks/${platform}`, webhooks[platform])
  app.use('/compliance/deletions/*', guard.limitPublic)
  app.route('/compliance', compliance)
  // Programs are counted by their keys, in there.
  app.use('/api/*', allowOrigins(guard.corsOrigins))
  app.route('/api/v1', api)
  app.route('/', console)
  return app as unknown as Hono
}
