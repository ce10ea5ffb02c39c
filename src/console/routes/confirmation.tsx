import type { Hono } from 'hono'
import { type Env, type Room, sessionOf } from '../env.ts'
import { ConfirmationForm, localPath, readForm } from '../forms.ts'
import { ConfirmationPage } from '../pages/confirmation.tsx'
import { confirmNow } from '../recent.ts'
import { page } from './respond.ts'

/** The page between somebody and what they only wanted to look at; a form has its own way. */
export function addConfirmation(app: Hono<Env>, room: Room): void {
  app.get('/confirmation', async (c) => {
    const to = localPath(c.req.query('to'), '/queue')
    const fields: [string, string][] = [['to', to]]
    const hasPasskey = await room.own.hasPasskey(sessionOf(c))
    const given = { asset: room.assets.url, action: '/confirmation', back: '/queue', fields, hasPasskey }
    return page(c, <ConfirmationPage {...given} />)
  })

  app.post('/confirmation', async (c) => {
    const { to } = await readForm(c, ConfirmationForm)
    await confirmNow(c, room)
    return c.redirect(localPath(to, '/queue'), 303)
  })

  app.post('/confirmation/challenges', async (c) => c.json(await room.signIn.askConfirmation(sessionOf(c))))
}
