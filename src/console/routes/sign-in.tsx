import type { Hono } from 'hono'
import { AppError } from '#src/domain/errors.ts'
import { browserOf, type Env, type Room, type Visit } from '../env.ts'
import { localPath, readForm, SetupForm, SignInForm } from '../forms.ts'
import { ErrorPage, SetupPage, SignInPage } from '../pages/outside.tsx'
import { page } from './respond.ts'
import { endOld, goIn, waitOf } from './sign-in-steps.tsx'

export function addSignIn(app: Hono<Env>, room: Room): void {
  const { assets, signIn, cookies, stepCookie, config } = room

  app.get('/sign-in', async (c) => {
    if (c.get('session')) return c.redirect('/queue', 303)
    const { to, again } = c.req.query()
    const fault = again ? 'This took too long; please begin again.' : undefined
    return page(
      c,
      <SignInPage asset={assets.url} sandbox={config.sandbox} to={to && localPath(to, '/queue')} fault={fault} />,
    )
  })

  app.post('/sign-in', async (c) => {
    const { email, password, to } = await readForm(c, SignInForm)
    try {
      return await goIn(c, room, await signIn.signIn({ email, password, ...browserOf(c) }), to)
    } catch (thrown) {
      return refuse(c, room, AppError.from(thrown), { email, to })
    }
  })

  app.post('/sign-out', async (c) => {
    await endOld(c, room)
    cookies.clear(c)
    stepCookie.clear(c)
    return c.redirect('/sign-in', 303)
  })

  addSetup(app, room)
}

function refuse(c: Visit, room: Room, error: AppError, typed: { email: string; to: string | undefined }) {
  const asset = room.assets.url
  if (error.code === 'rate_limited') {
    const seconds = waitOf(error, room)
    c.header('retry-after', String(seconds))
    const fault = `Too many tries. Please wait ${seconds} s, then try again.`
    return page(c, <SignInPage asset={asset} {...typed} fault={fault} />, 429)
  }
  if (error.code !== 'unauthenticated') throw error
  return page(c, <SignInPage asset={asset} {...typed} fault={`${error.message}.`} />, 401)
}

function addSetup(app: Hono<Env>, room: Room): void {
  const { assets, signIn } = room

  app.get('/setup', async (c) => {
    const token = c.req.query('token') ?? ''
    if (!(await signIn.isSetupOpen(token))) return closed(c, room)
    return page(c, <SetupPage asset={assets.url} token={token} />)
  })

  app.post('/setup', async (c) => {
    const form = await readForm(c, SetupForm)
    try {
      return await goIn(c, room, await signIn.setUp({ ...form, agent: browserOf(c).agent }), '/start')
    } catch (thrown) {
      const error = AppError.from(thrown)
      if (error.code === 'forbidden') return closed(c, room)
      if (error.code !== 'invalid_input') throw thrown
      const { token, name, email } = form
      return page(
        c,
        <SetupPage asset={assets.url} token={token} name={name} email={email} fault={`${error.message}.`} />,
        422,
      )
    }
  })
}

function closed(c: Visit, { assets }: Room) {
  const message =
    'It has been used, is older than a day, or there is an operator already. Whoever runs the server finds the way in on its command line.'
  return page(
    c,
    <ErrorPage
      asset={assets.url}
      title="This link opens nothing"
      message={message}
      back={{ href: '/sign-in', label: 'Sign in' }}
    />,
    403,
  )
}
