import type { Hono } from 'hono'
import { AppError, handling } from '#src/domain/errors.ts'
import { may } from '#src/domain/identity.ts'
import { type LoginId, parseId } from '#src/domain/ids.ts'
import type { Visitor } from '../deps.ts'
import type { Env, Room, Visit } from '../env.ts'
import { LoginPage } from '../pages/login.tsx'
import { ErrorPage } from '../pages/outside.tsx'
import { accountPath, platformOf } from './connect.tsx'
import { page } from './respond.ts'

/** The way back from a platform, and what is chosen and shown there. */
export function addLogins(app: Hono<Env>, room: Room): void {
  const { connect, linkCookie } = room

  app.get('/connect/:link', async (c) => {
    // A link that somebody only looks at is not opened.
    if (c.req.method === 'HEAD') return c.body(null)
    try {
      const { url, linkCookie: token } = await connect.open(c.req.param('link'))
      linkCookie.write(c, token)
      return c.redirect(url, 303)
    } catch (thrown) {
      const error = AppError.from(thrown)
      if (error.code !== 'forbidden') throw thrown
      return page(c, closed(c, room, 'This link opens nothing', `${error.message}.`), 403)
    }
  })

  app.get('/connect/:platform/callback', async (c) => {
    if (c.req.method === 'HEAD') return c.body(null)
    return finish(c, room)
  })

  app.get('/logins/:id', async (c) => {
    const login = await connect.read(loginOf(c), visitorOf(c, room))
    return page(c, <LoginPage asset={room.assets.url} login={login} isOperator={isOperator(c)} />)
  })

  app.post('/logins/:id/accounts', async (c) => {
    const { pages = [] } = await c.req.parseBody({ all: true })
    const accountRefs = [pages].flat().filter((ref) => typeof ref === 'string')
    return choose(c, room, accountRefs)
  })
}

async function finish(c: Visit, room: Room): Promise<Response> {
  const { state = '', code, error } = c.req.query()
  const platform = platformOf(c)
  try {
    const finished = await room.connect.finish({ platform, state, code, error, visitor: visitorOf(c, room) })
    const isShown = finished.kind === 'connected' && isOperator(c)
    return c.redirect(isShown ? accountPath(finished.account) : `/logins/${finished.loginId}`, 303)
  } catch (thrown) {
    const fault = AppError.from(thrown)
    if (fault.code === 'internal') throw thrown
    if (fault.field !== 'state')
      return page(c, closed(c, room, 'Nothing was connected', `${fault.message}.`), statusOf(fault))
    const message = `${fault.message}. Nothing was stored or changed. Begin anew in the browser in which you are signed in, and come back within ten minutes.`
    return page(c, closed(c, room, 'This sign-in cannot be taken', message), 400)
  }
}

async function choose(c: Visit, room: Room, accountRefs: string[]): Promise<Response> {
  const { connect, assets } = room
  const loginId = loginOf(c)
  const visitor = visitorOf(c, room)
  try {
    const { connected, refused } = await connect.choose({ loginId, accountRefs, visitor })
    const [only] = connected
    const isShown = only && connected.length === 1 && refused.length === 0 && isOperator(c)
    return c.redirect(isShown ? accountPath(only) : `/logins/${loginId}`, 303)
  } catch (thrown) {
    const error = AppError.from(thrown)
    if (error.code !== 'invalid_input') throw thrown
    const login = await connect.read(loginId, visitor)
    const content = (
      <LoginPage asset={assets.url} login={login} isOperator={isOperator(c)} fault={`${error.message}.`} />
    )
    return page(c, content, handling.invalid_input.status)
  }
}

function loginOf(c: Visit): LoginId {
  return parseId('login', c.req.param('id'))
}

function isOperator(c: Visit): boolean {
  return c.get('session') !== undefined
}

/** A session counts only while its operator may connect accounts. */
function visitorOf(c: Visit, { linkCookie }: Room): Visitor {
  const session = c.get('session')
  const mayConnect = session && may(session.operator.role, 'configure')
  return {
    ...(mayConnect && { sessionId: session.sessionId, operatorId: session.operator.id }),
    linkCookie: linkCookie.read(c),
  }
}

function statusOf({ code }: AppError) {
  return handling[code].status
}

function closed(c: Visit, { assets }: Room, title: string, message: string) {
  const back = isOperator(c)
    ? { href: '/connect', label: 'Begin anew' }
    : { href: '/sign-in', label: 'Go to Countersign' }
  return <ErrorPage asset={assets.url} title={title} message={message} back={back} />
}
