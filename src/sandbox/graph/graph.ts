import { Hono } from 'hono'
import type { Core } from '../core.ts'
import type { Faults } from '../faults.ts'
import type { Phone } from '../phone.ts'
import { refusals, unknownPath } from './answers.ts'
import { fieldsOf, isOurs, readAccount, refresh, send, subscribe } from './calls.ts'
import { answer, type GraphEnv, recordArrivals, requireToken } from './gate.ts'
import { listConversations, readMessages, readNode } from './nodes.ts'

export interface GraphOptions {
  core: Core
  phone: Phone
  faults: Faults
}

const VERSION = '/:version{v[0-9]+\\.[0-9]+}'

/** `graph.instagram.com` as far as the product needs it, with its real answers and refusals. */
export function createGraph({ core, phone, faults }: GraphOptions) {
  const app = new Hono<GraphEnv>()
  app.use(recordArrivals(core), faults.strike, requireToken(core))

  for (const path of ['/refresh_access_token', `${VERSION}/refresh_access_token`]) {
    app.get(path, (c) => answer(core, c, refresh(core, c)))
  }
  app.get(`${VERSION}/:owner/conversations`, (c) => {
    const fits = isOurs(core, c.req.param('owner')) && c.req.query('platform') === 'instagram'
    return answer(core, c, fits ? listConversations(core, c.req.query('user_id'), fieldsOf(c)) : refusals.bodyInvalid)
  })
  app.get(`${VERSION}/:conversation/messages`, (c) =>
    answer(core, c, readMessages(core, c.req.param('conversation'), fieldsOf(c))),
  )
  app.post(`${VERSION}/:owner/messages`, async (c) => answer(core, c, await send(core, phone, c)))
  app.post(`${VERSION}/:owner/subscribed_apps`, (c) => answer(core, c, subscribe(core, c.req.param('owner'))))
  app.get(`${VERSION}/:ref`, (c) => {
    const [ref, fields] = [c.req.param('ref'), fieldsOf(c)]
    return answer(core, c, isOurs(core, ref) ? readAccount(core, fields) : readNode(core, ref, fields))
  })
  app.all('*', (c) => answer(core, c, unknownPath))
  return app
}
