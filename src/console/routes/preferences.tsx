import type { Hono } from 'hono'
import { AppError, handling } from '#src/domain/errors.ts'
import { keyNames } from '#src/domain/keys.ts'
import { type Env, operatorOf, type Room, sessionOf, type Visit } from '../env.ts'
import { KeysForm, localPath, PreferencesForm, readForm } from '../forms.ts'
import { frameOf } from '../frame.ts'
import { withNotice } from '../notice.ts'
import { HelpPage } from '../pages/help.tsx'
import type { TypedKeys } from '../parts/keys-form.tsx'
import { drawMe } from './me.tsx'
import { page } from './respond.ts'

/** What an operator has their own way in the console, in every browser they sign in with. */
export function addPreferences(app: Hono<Env>, room: Room): void {
  const { preferences } = room

  app.get('/help', async (c) => page(c, <HelpPage frame={await frameOf(c, room, 'help')} />))

  app.post('/preferences', async (c) => {
    const { keys, back } = await readForm(c, PreferencesForm)
    const typed = sessionOf(c).keys?.own ?? {}
    await preferences.saveKeys({ operatorId: operatorOf(c).id, typed, on: keys === 'on' })
    return c.redirect(localPath(back, '/help'), 303)
  })

  app.post('/preferences/keys', async (c) => {
    const { on, back, ...typed } = await readForm(c, KeysForm)
    const given = keyNames.filter((name) => typed[name] !== undefined).map((name) => [name, typed[name]])
    const wish = { typed: Object.fromEntries(given), on: on === 'yes' }
    try {
      await preferences.saveKeys({ operatorId: operatorOf(c).id, ...wish })
      return c.redirect(withNotice(localPath(back, '/help'), { done: 'saved' }), 303)
    } catch (thrown) {
      const error = AppError.from(thrown)
      if (error.code !== 'invalid_input') throw thrown
      const refused = { ...wish, message: `${error.message}.`, field: error.field }
      return page(c, await drawForm(c, room, back, refused), handling.invalid_input.status)
    }
  })
}

async function drawForm(c: Visit, room: Room, back: string | undefined, typed: TypedKeys) {
  // Where another service signs people in there is no page of one's own.
  if (back === '/me' && !room.bearerOf) return drawMe(c, room, undefined, typed)
  return <HelpPage frame={await frameOf(c, room, 'help')} typed={typed} />
}
