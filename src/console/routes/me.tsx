import type { Hono } from 'hono'
import { AppError, handling } from '#src/domain/errors.ts'
import { parseId } from '#src/domain/ids.ts'
import { clientAddress } from '#src/http/address.ts'
import { type Env, type Room, sessionOf, type Visit } from '../env.ts'
import { FactorForm, localPath, PasswordForm, readForm } from '../forms.ts'
import { frameOf } from '../frame.ts'
import { withNotice } from '../notice.ts'
import { MePage } from '../pages/me.tsx'
import { EnrolPage, RecoveryCodesPage } from '../pages/second-factor.tsx'
import type { TypedKeys } from '../parts/keys-form.tsx'
import { page } from './respond.ts'
import { waitOf } from './sign-in-steps.tsx'

const FACTOR = '/me/second-factor'

/** An operator's own way in: password, second factor, sessions. */
export function addMe(app: Hono<Env>, room: Room): void {
  const { own } = room

  app.get('/me', async (c) => page(c, await drawMe(c, room)))

  app.post('/me/password', async (c) => {
    const { current, password } = await readForm(c, PasswordForm)
    try {
      await own.changePassword({ session: sessionOf(c), current, password, address: clientAddress(c) })
      return c.redirect(withNotice('/me', { done: 'password-changed' }), 303)
    } catch (thrown) {
      const error = AppError.from(thrown)
      if (error.code === 'rate_limited') {
        return page(c, await drawMe(c, room, `Too many tries. Please wait ${waitOf(error, room)} s.`), 429)
      }
      if (error.code !== 'invalid_input') throw thrown
      return page(c, await drawMe(c, room, `${error.message}.`), handling.invalid_input.status)
    }
  })

  app.post('/me/sessions/ending', async (c) => {
    await own.endOwnSessions({ session: sessionOf(c) })
    return c.redirect(withNotice('/me', { done: 'sessions-ended' }), 303)
  })

  app.post('/me/sessions/:id/ending', async (c) => {
    await own.endOwnSessions({ session: sessionOf(c), id: parseId('session', c.req.param('id')) })
    return c.redirect(withNotice('/me', { done: 'session-ended' }), 303)
  })

  addOwnFactor(app, room)
}

function addOwnFactor(app: Hono<Env>, { own, assets }: Room): void {
  const asset = assets.url

  app.get('/me/second-factor', async (c) =>
    page(
      c,
      <EnrolPage
        asset={asset}
        action={FACTOR}
        offer={await own.offerOwnFactor(sessionOf(c))}
        to={wayBack(c.req.query('to'))}
      />,
    ),
  )

  app.post('/me/second-factor', async (c) => {
    const { seed, code, to } = await readForm(c, FactorForm)
    const session = sessionOf(c)
    try {
      const codes = await own.enrolOwn({ session, sealedSeed: seed, code })
      return page(c, <RecoveryCodesPage asset={asset} codes={codes} next={localPath(to, '/me')} />)
    } catch (thrown) {
      const error = AppError.from(thrown)
      if (error.code !== 'invalid_input') throw thrown
      const offer = await own.offerOwnFactor(session, error.field === 'seed' ? undefined : seed)
      const content = (
        <EnrolPage asset={asset} action={FACTOR} offer={offer} to={wayBack(to)} fault={`${error.message}.`} />
      )
      return page(c, content, handling.invalid_input.status)
    }
  })

  app.post('/me/recovery-codes', async (c) => {
    const codes = await own.renewRecoveryCodes(sessionOf(c))
    return page(c, <RecoveryCodesPage asset={asset} codes={codes} next="/me" />)
  })
}

/** With what was typed about the keys, when that was refused. */
export async function drawMe(c: Visit, room: Room, fault?: string, keys?: TypedKeys) {
  const session = sessionOf(c)
  const account = await room.own.readOwn(session)
  return <MePage frame={await frameOf(c, room, 'me')} session={session} account={account} fault={fault} keys={keys} />
}

function wayBack(to: string | undefined): string | undefined {
  return to && localPath(to, '/me')
}
