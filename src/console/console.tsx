import { Hono, type MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { AppError } from '#src/domain/errors.ts'
import { answerWithin } from '#src/http/deadline.ts'
import { allowOnly, sameOriginOnly } from '#src/http/guard.ts'
import { pageHeaders } from '#src/http/pages.ts'
import { limitRate } from '#src/http/rate.ts'
import { createLinkCookie, createSessionCookies, createStepCookie } from '#src/http/session.ts'
import { access, localOnly } from './access.ts'
import { loadAssets } from './assets.ts'
import type { ConsoleDeps } from './deps.ts'
import type { Env, Room, Visit } from './env.ts'
import { answerError } from './fault.tsx'
import { countedBy, identify } from './identify.ts'
import { requireRecent } from './recent.ts'
import { addAccounts } from './routes/accounts.tsx'
import { addAssets } from './routes/assets.ts'
import { addAudit } from './routes/audit.tsx'
import { addBulk } from './routes/bulk.tsx'
import { addConfirmation } from './routes/confirmation.tsx'
import { addConnect } from './routes/connect.tsx'
import { addContacts } from './routes/contacts.tsx'
import { addConversations } from './routes/conversations.tsx'
import { addDecisions } from './routes/decisions.tsx'
import { addDesk } from './routes/desk.tsx'
import { addErasure } from './routes/erasure.ts'
import { addEvents } from './routes/events.ts'
import { addInsight } from './routes/insight.tsx'
import { addInvitation } from './routes/invitation.tsx'
import { addKeys } from './routes/keys.tsx'
import { addLogins } from './routes/logins.tsx'
import { addMe } from './routes/me.tsx'
import { addMedia } from './routes/media.ts'
import { addOutbox } from './routes/outbox.tsx'
import { addPalette } from './routes/palette.tsx'
import { addPasskeys } from './routes/passkeys.tsx'
import { addPeople } from './routes/people.tsx'
import { addPreferences } from './routes/preferences.tsx'
import { addPresence } from './routes/presence.ts'
import { addQueue } from './routes/queue.tsx'
import { addRules } from './routes/rules.tsx'
import { addSignIn } from './routes/sign-in.tsx'
import { addSignInSteps } from './routes/sign-in-steps.tsx'
import { addStart } from './routes/start.tsx'
import { addViews } from './routes/views.ts'
import { createStreams } from './streams.ts'

const MAX_FORM_BYTES = 512 * 1024
/** Longer than the setup check, which asks the platforms. */
const DEADLINE_MS = 30_000

/** The operators' room. Mount it last, at `/`: what no other door answers is a page, if only one that says so. */
export function createConsole(deps: ConsoleDeps): Hono<Env> {
  const { publicUrl } = deps.config
  const room: Room = {
    ...deps,
    cookies: createSessionCookies(publicUrl),
    stepCookie: createStepCookie(publicUrl),
    linkCookie: createLinkCookie(publicUrl),
    assets: loadAssets(),
    streams: createStreams(),
  }
  const app = new Hono<Env>()
  app.onError((error, c) => answerError(error, c as Visit, room))
  app.use(pageHeaders(publicUrl))
  app.use(answerWithin(deps.config.deadlineMs ?? DEADLINE_MS))
  app.use(sameOriginOnly(publicUrl))
  app.use(bodyLimit({ maxSize: MAX_FORM_BYTES, onError: tooLarge }))
  if (deps.bearerOf) app.use(withoutLocal)
  app.use((c, next) => identify(c as Visit, room).then(next))
  app.use(limitRate((c) => countedBy(c as Visit, room)))
  app.use(allowOnly(access, (c) => (c as Visit).get('session')?.operator.role))
  app.use(readableForm)
  app.use((c, next) => requireRecent(c as Visit, room).then(next))
  addAssets(app, room)
  addSignIn(app, room)
  addSignInSteps(app, room)
  addInvitation(app, room)
  addConfirmation(app, room)
  addMe(app, room)
  addPasskeys(app, room)
  addPreferences(app, room)
  addPalette(app, room)
  addPeople(app, room)
  addQueue(app, room)
  addBulk(app, room)
  addViews(app, room)
  addContacts(app, room)
  addConversations(app, room)
  addDecisions(app, room)
  addDesk(app, room)
  addErasure(app, room)
  addMedia(app, room)
  addOutbox(app, room)
  addAccounts(app, room)
  addRules(app, room)
  addConnect(app, room)
  addLogins(app, room)
  addAudit(app, room)
  addKeys(app, room)
  addInsight(app, room)
  addStart(app, room)
  addEvents(app, room)
  addPresence(app, room)
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
