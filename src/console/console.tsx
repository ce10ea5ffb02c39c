import { Hono, type MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { AppError } from '#src/domain/errors.ts'
import { bearerIn } from '#src/http/bearer.ts'
import { allowOnly, sameOriginOnly } from '#src/http/guard.ts'
import { pageHeaders } from '#src/http/pages.ts'
import { createLinkCookie, createSessionCookie } from '#src/http/session.ts'
import { access, localOnly } from './access.ts'
import { loadAssets } from './assets.ts'
import type { ConsoleDeps } from './deps.ts'
import { type Env, type Room, reachOf, type Visit } from './env.ts'
import { answerError } from './fault.tsx'
import { addAccounts } from './routes/accounts.tsx'
import { addAssets } from './routes/assets.ts'
import { addConnect } from './routes/connect.tsx'
import { addConversations } from './routes/conversations.tsx'
import { addDecisions } from './routes/decisions.tsx'
import { addErasure } from './routes/erasure.ts'
import { addEvents } from './routes/events.ts'
import { addKeys } from './routes/keys.tsx'
import { addLogins } from './routes/logins.tsx'
import { addMedia } from './routes/media.ts'
import { addOutbox } from './routes/outbox.tsx'
import { addQueue } from './routes/queue.tsx'
import { addSignIn } from './routes/sign-in.tsx'
import { createStreams } from './streams.ts'

const MAX_FORM_BYTES = 512 * 1024

/** The operators' room. Mount it last, at `/`: what no other door answers is a page, if only one that says so. */
export function createConsole(deps: ConsoleDeps): Hono<Env> {
  const { publicUrl } = deps.config
  const cookies = { cookie: createSessionCookie(publicUrl), linkCookie: createLinkCookie(publicUrl) }
  const sessionOf = deps.bearerOf ?? deps.signIn.sessionOf
  const room: Room = { ...deps, ...cookies, sessionOf, assets: loadAssets(), streams: createStreams() }
  const app = new Hono<Env>()
  app.onError((error, c) => answerError(error, c as Visit, room))
  app.use(pageHeaders(publicUrl))
  app.use(sameOriginOnly(publicUrl))
  app.use(bodyLimit({ maxSize: MAX_FORM_BYTES, onError: tooLarge }))
  if (deps.bearerOf) app.use(withoutLocal)
  app.use((c, next) => identify(c as Visit, room).then(next))
  app.use(allowOnly(access, (c) => (c as Visit).get('session')?.operator.role))
  app.use(readableForm)
  addAssets(app, room)
  addSignIn(app, room)
  addQueue(app, room)
  addConversations(app, room)
  addDecisions(app, room)
  addErasure(app, room)
  addMedia(app, room)
  addOutbox(app, room)
  addAccounts(app, room)
  addConnect(app, room)
  addLogins(app, room)
  addKeys(app, room)
  addEvents(app, room)
  return app
}

/** Where another service signs people in there is nothing to sign in to here. */
const withoutLocal: MiddlewareHandler = async (c, next) => {
  const [, first = ''] = c.req.path.split('/')
  if (localOnly.includes(first)) throw new AppError('not_found', 'There is no such page')
  await next()
}

/** A form that ends before it is over is the sender's fault, not ours. */
const readableForm: MiddlewareHandler = async (c, next) => {
  if (c.req.method === 'POST') {
    await c.req.parseBody().catch(() => {
      throw new AppError('invalid_input', 'This form cannot be read', { field: 'request' })
    })
  }
  await next()
}

function tooLarge(): never {
  throw new AppError('invalid_input', 'This is more text than a form takes', { field: 'size' })
}

/** Finds out who asks. What a script fetches by itself does not count as somebody being there. */
async function identify(c: Visit, room: Room): Promise<void> {
  const { cookie, sessionOf, bearerOf } = room
  const token = c.req.path.startsWith('/assets/')
    ? undefined
    : bearerOf
      ? bearerIn(c.req.header('authorization'))
      : cookie.read(c)
  const isFetched = c.req.path === '/events' || c.req.path.startsWith('/media/')
  const isBackground = isFetched || c.req.header('x-background') !== undefined
  const session = token ? await sessionOf(token, { touch: !isBackground }) : undefined
  c.set('token', session && token)
  c.set('session', session)
  const reach = session ? await reachOf(session.operator, room) : []
  c.set('reach', reach)
  c.set('reads', room.reads(reach))
}
