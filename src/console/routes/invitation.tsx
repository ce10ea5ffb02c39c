import type { Hono } from 'hono'
import { AppError, handling } from '#src/domain/errors.ts'
import { browserOf, type Env, type Room, type Visit } from '../env.ts'
import { InvitationLinkForm, readForm } from '../forms.ts'
import { InvitationPage } from '../pages/invitation.tsx'
import { ErrorPage } from '../pages/outside.tsx'
import { page } from './respond.ts'
import { goIn } from './sign-in-steps.tsx'

/** What somebody sees who follows a link: to join, or to set a new password. */
export function addInvitation(app: Hono<Env>, room: Room): void {
  const { assets, signIn } = room

  app.get('/invitation', async (c) => {
    const token = c.req.query('token') ?? ''
    const invitation = await signIn.readInvitation(token)
    if (!invitation) return closed(c, room)
    return page(c, <InvitationPage asset={assets.url} token={token} invitation={invitation} />)
  })

  app.post('/invitation', async (c) => {
    const form = await readForm(c, InvitationLinkForm)
    try {
      return await goIn(c, room, await signIn.acceptInvitation({ ...form, agent: browserOf(c).agent }))
    } catch (thrown) {
      const error = AppError.from(thrown)
      if (error.code === 'forbidden') return closed(c, room)
      const invitation = await signIn.readInvitation(form.token)
      if (!invitation || (error.code !== 'invalid_input' && error.code !== 'conflict')) throw thrown
      const { token, name } = form
      const given = { asset: assets.url, token, name, invitation, fault: `${error.message}.` }
      return page(c, <InvitationPage {...given} />, handling[error.code].status)
    }
  })
}

function closed(c: Visit, { assets }: Room) {
  const message = 'It has been used, was withdrawn, or is too old. An admin can make another.'
  const back = { href: '/sign-in', label: 'Sign in' }
  return page(c, <ErrorPage asset={assets.url} title="This link opens nothing" message={message} back={back} />, 403)
}
