import type { Hono } from 'hono'
import { AppError, handling } from '#src/domain/errors.ts'
import { parseId } from '#src/domain/ids.ts'
import { browserOf as kindOf } from '#src/domain/session.ts'
import { browserOf, type Env, type Room, sessionOf, type Visit } from '../env.ts'
import { NewPasskeyForm, PasskeyForm, readForm } from '../forms.ts'
import { withNotice } from '../notice.ts'
import { NewPasskeyPage } from '../pages/passkey.tsx'
import { page } from './respond.ts'
import { goIn, refuseCode, ticketOf } from './sign-in-steps.tsx'

/** An operator's own passkeys, and signing in with one. What a browser is asked, a script fetches; its answer comes with a form. */
export function addPasskeys(app: Hono<Env>, room: Room): void {
  const { own, signIn } = room

  app.get('/me/passkeys/new', (c) => drawNew(c, room, { name: kindOf(browserOf(c).agent) }))

  app.post('/me/passkeys/challenges', async (c) => c.json(await own.offerPasskey(sessionOf(c))))

  app.post('/me/passkeys', async (c) => {
    const { name, credential } = await readForm(c, NewPasskeyForm)
    try {
      await own.addPasskey({ session: sessionOf(c), name, answer: credential })
      return c.redirect(withNotice('/me', { done: 'passkey-added' }), 303)
    } catch (thrown) {
      const error = AppError.from(thrown)
      if (error.code !== 'invalid_input') throw thrown
      return drawNew(c, room, { name, fault: `${error.message}.` })
    }
  })

  app.post('/me/passkeys/:id/removal', async (c) => {
    await own.removePasskey({ session: sessionOf(c), id: parseId('passkey', c.req.param('id')) })
    return c.redirect(withNotice('/me', { done: 'passkey-removed' }), 303)
  })

  app.post('/sign-in/passkey/challenges', async (c) => c.json(await signIn.askPasskey(ticketOf(c, room))))

  app.post('/sign-in/passkey', async (c) => {
    const { passkey, to } = await readForm(c, PasskeyForm)
    try {
      const entered = await signIn.enterPasskey({ ticket: ticketOf(c, room), answer: passkey, ...browserOf(c) })
      return await goIn(c, room, entered, to)
    } catch (thrown) {
      return refuseCode(c, room, AppError.from(thrown), to)
    }
  })
}

function drawNew(c: Visit, { assets }: Room, given: { name: string; fault?: string }) {
  const status = given.fault ? handling.invalid_input.status : 200
  return page(c, <NewPasskeyPage asset={assets.url} {...given} />, status)
}
