import { Hono } from 'hono'
import { type Platform, platforms } from '#src/domain/platform.ts'
import type { Log } from '#src/observability/logger.ts'
import type { Api } from './api/env.ts'
import type { Env } from './console/env.ts'
import { answerError, answerNotFound } from './http/problem.ts'
import { logRequests, type Requested } from './http/request-log.ts'

export interface Doors {
  log: Log
  health: Hono
  webhooks: Record<Platform, Hono<Requested>>
  compliance: Hono<Requested>
  api: Api
  console: Hono<Env>
}

/** Every route of the web process, in the order a request meets them. */
export function createApp({ log, health, webhooks, compliance, api, console }: Doors): Hono {
  const app = new Hono()
  app.onError(answerError)
  app.notFound(answerNotFound)
  app.use(logRequests(log))
  app.route('/', health)
  for (const platform of platforms) app.route(`/webhooks/${platform}`, webhooks[platform])
  app.route('/compliance', compliance)
  app.route('/api/v1', api)
  app.route('/', console)
  return app
}
