import type { Hono } from 'hono'
import { AppError, handling } from '#src/domain/errors.ts'
import { browserOf, type Env, type Room, type Visit } from '../env.ts'
import { CodeForm, FactorForm, localPath, readForm } from '../forms.ts'
import { CodePage } from '../pages/code.tsx'
import { EnrolPage, RecoveryCodesPage } from '../pages/second-factor.tsx'
import type { Entered } from '../people-verbs.ts'
import { page } from './respond.ts'

const steps = { code: '/sign-in/code', enrol: '/sign-in/second-factor' } as const

/** What follows on a right password: in, or the next step. */
export async function goIn(c: Visit, room: Room, entered: Entered, to?: string): Promise<Response> {
  const way = localPath(to, '/queue')
  if (entered.kind === 'in') {
    await endOld(c, room)
    room.stepCookie.clear(c)
    room.cookies.write(c, entered.tokens)
    return c.redirect(way, 303)
  }
  room.stepCookie.write(c, entered.ticket)
  const step = steps[entered.kind]
  return c.redirect(way === '/queue' ? step : `${step}?to=${encodeURIComponent(way)}`, 303)
}

/** A new sign-in ends the browser's session before it; streams of it close at once. */
export async function endOld(c: Visit, { signIn, streams, presence }: Room): Promise<void> {
  const session = c.get('session')
  if (!session) return
  await signIn.signOut({ sessionId: session.sessionId, operatorId: session.operator.id })
  streams.close(session.sessionId)
  await presence.leave(session.sessionId)
}

/** How long to wait, when there were too many tries. */
export function waitOf(error: AppError, { config }: Room): number {
  return Math.max(1, Math.ceil(((error.until?.getTime() ?? 0) - config.now().getTime()) / 1000))
}

/** Between the password and the session. */
export function addSignInSteps(app: Hono<Env>, room: Room): void {
  addCode(app, room)
  addEnrolment(app, room)
}

function addCode(app: Hono<Env>, room: Room): void {
  const { signIn } = room

  app.get('/sign-in/code', async (c) => {
    if (!(await isAt(c, room, 'code'))) return c.redirect('/sign-in', 303)
    return drawCode(c, room, { to: wayIn(c) })
  })

  app.post('/sign-in/code', async (c) => {
    const { code, to } = await readForm(c, CodeForm)
    try {
      const entered = await signIn.enterCode({ ticket: ticketOf(c, room), code, ...browserOf(c) })
      return await goIn(c, room, entered, to)
    } catch (thrown) {
      return refuseCode(c, room, AppError.from(thrown), to)
    }
  })
}

/** A code or a passkey that was refused; the page says it once more. */
export async function refuseCode(c: Visit, room: Room, error: AppError, to: string | undefined) {
  if (error.field === 'ticket') return beginAgain(c, room)
  if (error.code === 'rate_limited') {
    const seconds = waitOf(error, room)
    c.header('retry-after', String(seconds))
    return drawCode(c, room, { to, fault: `Too many tries. Please wait ${seconds} s, then try again.` }, 429)
  }
  if (error.code !== 'unauthenticated') throw error
  return drawCode(c, room, { to, fault: `${error.message}.` }, 401)
}

async function drawCode(
  c: Visit,
  room: Room,
  said: { to: string | undefined; fault?: string },
  status?: 401 | 429,
): Promise<Response> {
  const hasPasskey = await room.signIn.takesPasskey(ticketOf(c, room))
  return page(c, <CodePage asset={room.assets.url} hasPasskey={hasPasskey} {...said} />, status)
}

function addEnrolment(app: Hono<Env>, room: Room): void {
  const { assets, signIn } = room
  const action = steps.enrol

  app.get('/sign-in/second-factor', async (c) => {
    if (!(await isAt(c, room, 'enrol'))) return c.redirect('/sign-in', 303)
    const offer = await signIn.offerFactor(ticketOf(c, room))
    return page(c, <EnrolPage asset={assets.url} action={action} offer={offer} to={wayIn(c)} isRequired />)
  })

  app.post('/sign-in/second-factor', async (c) => {
    const { seed, code, to } = await readForm(c, FactorForm)
    const ticket = ticketOf(c, room)
    const { agent } = browserOf(c)
    try {
      const { tokens, recoveryCodes } = await signIn.enrol({ ticket, sealedSeed: seed, code, agent })
      room.stepCookie.clear(c)
      room.cookies.write(c, tokens)
      const next = localPath(to, '/queue')
      return page(c, <RecoveryCodesPage asset={assets.url} codes={recoveryCodes} next={next} />)
    } catch (thrown) {
      return refuseEnrolment(c, room, AppError.from(thrown), { ticket, seed, to })
    }
  })
}

interface Enrolling {
  ticket: string
  seed: string
  to: string | undefined
}

/** The same key once more, so that what was scanned stays right. */
async function refuseEnrolment(c: Visit, room: Room, error: AppError, { ticket, seed, to }: Enrolling) {
  if (error.field === 'ticket') return beginAgain(c, room)
  if (error.code !== 'invalid_input') throw error
  const offer = await room.signIn.offerFactor(ticket, error.field === 'seed' ? undefined : seed)
  const given = { asset: room.assets.url, action: steps.enrol, offer, to, fault: `${error.message}.` }
  return page(c, <EnrolPage {...given} isRequired />, handling.invalid_input.status)
}

function beginAgain(c: Visit, { stepCookie }: Room) {
  stepCookie.clear(c)
  return c.redirect('/sign-in?again=1', 303)
}

async function isAt(c: Visit, room: Room, kind: 'code' | 'enrol'): Promise<boolean> {
  const ticket = room.stepCookie.read(c)
  return ticket !== undefined && (await room.signIn.stepOf(ticket))?.kind === kind
}

export function ticketOf(c: Visit, { stepCookie }: Room): string {
  return stepCookie.read(c) ?? ''
}

function wayIn(c: Visit): string | undefined {
  const to = c.req.query('to')
  return to && localPath(to, '/queue')
}
