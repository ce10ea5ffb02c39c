import { type Context, Hono } from 'hono'
import type { AppRecord } from '../app-record.ts'
import { postOf } from '../commenting.ts'
import type { Core } from '../core.ts'
import type { Faults } from '../faults.ts'
import { mayWrite } from '../permits.ts'
import type { Phone } from '../phone.ts'
import { platformOf } from '../world.ts'
import { missingObject, refusals, unknownPath } from './answers.ts'
import { answerApp, heedConditions } from './app.ts'
import { fieldsOf, isOurs, type Room, readAccount, readingOf, refresh } from './calls.ts'
import { commentOf, hide, listReplies, readComment, remove, replyTo } from './comments.ts'
import { type Answer, answer, type GraphEnv, recordArrivals, requireToken } from './gate.ts'
import { inspect } from './inspect.ts'
import { addMentions } from './mentions.ts'
import { type Cut, listConversations, readMessages, readNode } from './nodes.ts'
import { listPosts, listUnder } from './posts.ts'
import { weatherReads } from './read-weather.ts'
import { send } from './send-call.ts'
import { subscribedApps } from './subscribed-apps.ts'
import { createTally } from './tally.ts'

export interface GraphOptions {
  core: Core
  phone: Phone
  faults: Faults
  appRecord: AppRecord
}

const VERSION = '/:version{v[0-9]+\\.[0-9]+}'

const edges = { instagram: 'replies', messenger: 'comments' } as const

/** `graph.instagram.com` and, for a Page's token, `graph.facebook.com`, as far as the product needs it, with its real answers and refusals. */
export function createGraph({ core, phone, faults, appRecord }: GraphOptions) {
  const app = new Hono<GraphEnv>()
  const tally = createTally(core.world)
  const say = (c: Context<GraphEnv>, result: Answer) => answer(core, c, result)
  app.use(recordArrivals(core, tally), faults.strike)
  // The calls that the app makes under its own name.
  app.use(answerApp(core, appRecord))
  app.get(`${VERSION}/debug_token`, (c) => say(c, inspect(core, c)))
  app.use(requireToken(core), heedConditions(core, appRecord), weatherReads({ core, tally }))
  const own = (c: Context<GraphEnv>) => c.get('token').accountRef

  for (const path of ['/refresh_access_token', `${VERSION}/refresh_access_token`]) {
    app.get(path, (c) => say(c, refresh(core, c)))
  }
  app.get(`${VERSION}/:owner/conversations`, (c) => {
    if (!mayWrite(core.world, own(c))) return say(c, refusals.notAllowed)
    const fits = isOurs(own(c), c.req.param('owner')) && c.req.query('platform') === platformOf(core.world, own(c))
    const asked = { userId: c.req.query('user_id'), fields: fieldsOf(c), cut: cutOf(c) }
    const list = () => listConversations(readingOf(core, c), asked)
    return say(c, fits ? list() : refusals.bodyInvalid)
  })
  app.get(`${VERSION}/:conversation/messages`, (c) =>
    say(c, readMessages(readingOf(core, c), c.req.param('conversation'), fieldsOf(c))),
  )
  app.post(`${VERSION}/:owner/messages`, (c) => send({ core, phone, tally }, c))
  app.on(['GET', 'POST', 'DELETE'], `${VERSION}/:owner/subscribed_apps`, async (c) =>
    say(c, await subscribedApps(core, c)),
  )
  addMentions(app, { core, phone, tally }, VERSION)
  addPosts(app, core)
  addComments(app, { core, phone, tally })
  app.get(`${VERSION}/:ref`, (c) => {
    const [ref, fields, reading] = [c.req.param('ref'), fieldsOf(c), readingOf(core, c)]
    const comment = commentOf({ core }, c, ref)
    if (comment) return say(c, readComment(core, comment, fields))
    return say(c, isOurs(own(c), ref) ? readAccount(reading, fields) : readNode(reading, ref, fields))
  })
  app.all('*', (c) => say(c, unknownPath))
  return app
}

const PAGE_LENGTH = 25

function cutOf(c: Context<GraphEnv>): Cut {
  const [limit, after] = [Number(c.req.query('limit') ?? PAGE_LENGTH), c.req.query('after') ?? '']
  return { limit: limit > 0 ? limit : PAGE_LENGTH, after: Number(Buffer.from(after, 'base64url')) || 0 }
}

/** What stands on an account's page, and what people say under it. */
function addPosts(app: Hono<GraphEnv>, core: Core): void {
  const say = (c: Context<GraphEnv>, result: Answer) => answer(core, c, result)
  const own = (c: Context<GraphEnv>) => c.get('token').accountRef
  for (const [platform, edge] of [
    ['instagram', 'media'],
    ['messenger', 'feed'],
  ] as const) {
    app.get(`${VERSION}/:owner/${edge}`, (c) => {
      const fits = isOurs(own(c), c.req.param('owner')) && platformOf(core.world, own(c)) === platform
      return say(c, fits ? listPosts(core, c) : missingObject('GET', c.req.param('owner')))
    })
  }
  app.get(`${VERSION}/:post/comments`, (c, next) => {
    if (c.req.param('post') !== postOf(core, own(c))) return next()
    const under = { accountRef: own(c), isStream: c.req.query('filter') === 'stream' }
    return Promise.resolve(say(c, listUnder(core, under, { fields: fieldsOf(c), cut: cutOf(c) })))
  })
}

function addComments(app: Hono<GraphEnv>, room: Room): void {
  const { core } = room
  for (const edge of ['replies', 'comments'] as const) {
    const path = `${VERSION}/:comment/${edge}`
    /** The comment, seen from the platform whose word for what stands under it this is. */
    const found = (c: Context<GraphEnv>) => {
      const fits = edges[platformOf(core.world, c.get('token').accountRef)] === edge
      return fits ? commentOf(room, c, c.req.param('comment') ?? '') : undefined
    }
    const missing = (c: Context<GraphEnv>) => missingObject(c.req.method, c.req.param('comment') ?? '')
    app.get(path, (c) => {
      const comment = found(c)
      return answer(core, c, comment ? listReplies(room, comment, fieldsOf(c)) : missing(c))
    })
    app.post(path, async (c) => {
      const comment = found(c)
      return answer(core, c, comment ? await replyTo(room, comment, c) : missing(c))
    })
  }
  app.delete(`${VERSION}/:ref`, (c) => answer(core, c, remove(room, c)))
  app.post(`${VERSION}/:ref`, async (c) => {
    const ref = c.req.param('ref')
    const comment = commentOf({ core }, c, ref)
    return answer(core, c, comment ? await hide(room, comment, c) : missingObject('POST', ref))
  })
}
