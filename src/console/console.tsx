import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { AppError } from '#src/domain/errors.ts'
import { clientAddress } from '#src/http/address.ts'
import { answerWithin } from '#src/http/deadline.ts'
import { allowOnly, sameOriginOnly } from '#src/http/guard.ts'
import { pageHeaders } from '#src/http/pages.ts'
import { limitRate } from '#src/http/rate.ts'
import { createLinkCookie, createSessionCookies, createStepCookie } from '#src/http/session.ts'
import { access } from './access.ts'
import { loadAssets } from './assets.ts'
import type { ConsoleDeps } from './deps.ts'
import type { Env, Room, Visit } from './env.ts'
import { answerError } from './fault.tsx'
import { requireRecent } from './recent.ts'
import { addAccounts } from './routes/accounts.tsx'
import { addAssets } from './routes/assets.ts'
import { addAudit } from './routes/audit.tsx'
import { addConfirmation } from './routes/confirmation.tsx'
import { addConnect } from './routes/connect.tsx'
import { addConversations } from './routes/conversations.tsx'
import { addDecisions } from './routes/decisions.tsx'
import { addErasure } from './routes/erasure.ts'
import { addEvents } from './routes/events.ts'
import { addInsight } from './routes/insight.tsx'
import { addInvitation } from './routes/invitation.tsx'
import { addLogins } from './routes/logins.tsx'
import { addMe } from './routes/me.tsx'
import { addMedia } from './routes/media.ts'
import { addOutbox } from './routes/outbox.tsx'
import { addPeople } from './routes/people.tsx'
import { addQueue } from './routes/queue.tsx'
import { addSignIn } from './routes/sign-in.tsx'
import { addSignInSteps } from './routes/sign-in-steps.tsx'
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
  app.use((c, next) => identify(c as Visit, room).then(next))
  app.use(limitRate((c) => countedBy(c as Visit, room)))
  app.use(allowOnly(access, (c) => (c as Visit).get('session')?.operator.role))
  app.use((c, next) => requireRecent(c as Visit, room).then(next))
  addAssets(app, room)
  addSignIn(app, room)
  addSignInSteps(app, room)
  addInvitation(app, room)
  addConfirmation(app, room)
  addMe(app, room)
  addPeople(app, room)
  addQueue(app, room)
  addConversations(app, room)
  addDecisions(app, room)
  addErasure(app, room)
  addMedia(app, room)
  addOutbox(app, room)
  addAccounts(app, room)
  addConnect(app, room)
  addLogins(app, room)
  addAudit(app, room)
  addInsight(app, room)
  addEvents(app, room)
  return app
}

function tooLarge(): never {
  throw new AppError('invalid_input', 'This is more text than a form takes', { field: 'size' })
}

/** A session is counted by itself, so that colleagues behind one address do not get in each other's way. */
function countedBy(c: Visit, { counters }: Room) {
  if (!counters) return undefined
  if (c.req.path.startsWith('/assets/')) return { counter: counters.assets, key: clientAddress(c) }
  const session = c.get('session')
  return session
    ? { counter: counters.session, key: session.sessionId }
    : { counter: counters.address, key: clientAddress(c) }
}

/** Finds out who asks, and renews what the browser holds where that is due. What a script fetches by itself does not count as somebody being there. */
async function identify(c: Visit, { cookies, signIn }: Room): Promise<void> {
  if (c.req.path.startsWith('/assets/')) return
  const isFetched = c.req.path === '/events' || c.req.path.startsWith('/media/')
  const isBackground = isFetched || c.req.header('x-background') !== undefined
  const found = await signIn.sessionOf(cookies.read(c), { touch: !isBackground })
  if (found?.renewed) cookies.write(c, found.renewed)
  c.set('session', found?.session)
}
