import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { AppError } from '#src/domain/errors.ts'
import { allowOnly, sameOriginOnly } from '#src/http/guard.ts'
import { pageHeaders } from '#src/http/pages.ts'
import { createLinkCookie, createSessionCookie } from '#src/http/session.ts'
import { access } from './access.ts'
import { loadAssets } from './assets.ts'
import type { ConsoleDeps } from './deps.ts'
import type { Env, Room, Visit } from './env.ts'
import { answerError } from './fault.tsx'
import { addAccounts } from './routes/accounts.tsx'
import { addAssets } from './routes/assets.ts'
import { addBulk } from './routes/bulk.tsx'
import { addConnect } from './routes/connect.tsx'
import { addConversations } from './routes/conversations.tsx'
import { addDecisions } from './routes/decisions.tsx'
import { addDesk } from './routes/desk.tsx'
import { addErasure } from './routes/erasure.ts'
import { addEvents } from './routes/events.ts'
import { addLogins } from './routes/logins.tsx'
import { addMedia } from './routes/media.ts'
import { addOutbox } from './routes/outbox.tsx'
import { addQueue } from './routes/queue.tsx'
import { addSignIn } from './routes/sign-in.tsx'
import { addViews } from './routes/views.ts'
import { createStreams } from './streams.ts'

const MAX_FORM_BYTES = 512 * 1024

/** The operators' room. Mount it last, at `/`: what no other door answers is a page, if only one that says so. */
export function createConsole(deps: ConsoleDeps): Hono<Env> {
  const { publicUrl } = deps.config
  const cookies = { cookie: createSessionCookie(publicUrl), linkCookie: createLinkCookie(publicUrl) }
  const room: Room = { ...deps, ...cookies, assets: loadAssets(), streams: createStreams() }
  const app = new Hono<Env>()
  app.onError((error, c) => answerError(error, c as Visit, room))
  app.use(pageHeaders(publicUrl))
  app.use(sameOriginOnly(publicUrl))
  app.use(bodyLimit({ maxSize: MAX_FORM_BYTES, onError: tooLarge }))
  app.use((c, next) => identify(c as Visit, room).then(next))
  app.use(allowOnly(access, (c) => (c as Visit).get('session')?.operator.role))
  addAssets(app, room)
  addSignIn(app, room)
  addQueue(app, room)
  addBulk(app, room)
  addViews(app, room)
  addConversations(app, room)
  addDecisions(app, room)
  addDesk(app, room)
  addErasure(app, room)
  addMedia(app, room)
  addOutbox(app, room)
  addAccounts(app, room)
  addConnect(app, room)
  addLogins(app, room)
  addEvents(app, room)
  return app
}

function tooLarge(): never {
  throw new AppError('invalid_input', 'This is more text than a form takes', { field: 'size' })
}

/** Finds out who asks. What a script fetches by itself does not count as somebody being there. */
async function identify(c: Visit, { cookie, signIn }: Room): Promise<void> {
  const token = c.req.path.startsWith('/assets/') ? undefined : cookie.read(c)
  const isFetched = c.req.path === '/events' || c.req.path.startsWith('/media/')
  const isBackground = isFetched || c.req.header('x-background') !== undefined
  const session = token ? await signIn.sessionOf(token, { touch: !isBackground }) : undefined
  c.set('token', session && token)
  c.set('session', session)
}
