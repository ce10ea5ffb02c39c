import { Hono } from 'hono'
import { z } from 'zod'
import type { Core } from './core.ts'
import { GrantOrder, SubscriptionOrder, TokenOrder } from './permit-orders.ts'
import { recordStream } from './record.ts'
import { Line, Lines, Opened, Person, refuseWith, type Stage } from './stage.ts'
import { Weather } from './weather/weather.ts'

const RecordQuery = z.strictObject({
  /** Leaves out so many arrivals, the first ones. */
  since: z.coerce.number().int().min(0).default(0),
  /** Leaves out everything else. */
  only: z.literal('arrivals').optional(),
})

/** Setting the scene over HTTP, and reading what came of it. */
export function createStageRoutes(stage: Stage, core: Core) {
  return new Hono()
    .onError(refuseWith)
    .get('/accounts', (c) => c.json({ accounts: stage.accounts() }))
    .post('/accounts', async (c) => {
      return c.json({ accounts: stage.open(Opened.parse(await c.req.json())) }, 201)
    })
    .post('/people', async (c) => c.json(stage.meet(Person.parse(await c.req.json())), 201))
    .post('/messages', async (c) => {
      const body: unknown = await c.req.json()
      const isList = typeof body === 'object' && body !== null && 'items' in body
      return c.json(isList ? stage.writeAll(Lines.parse(body)) : stage.write(Line.parse(body)), 201)
    })
    .post('/tokens', async (c) => c.json(stage.token(TokenOrder.parse(await c.req.json())), 201))
    .put('/grants', async (c) => {
      stage.grant(GrantOrder.parse(await c.req.json()))
      return c.body(null, 204)
    })
    .put('/subscriptions', async (c) => c.json(stage.subscription(SubscriptionOrder.parse(await c.req.json()))))
    .get('/weather', (c) => c.json(core.world.weather))
    .put('/weather', async (c) => {
      stage.changeWeather(Weather.parse(await c.req.json()))
      return c.json(core.world.weather)
    })
    .get('/record', (c) => {
      const { since, only } = RecordQuery.parse(c.req.query())
      const body = recordStream(core.world, { since, isWhole: only === undefined })
      return c.body(body, 200, { 'content-type': 'application/json' })
    })
}
