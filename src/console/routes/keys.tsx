import type { Hono } from 'hono'
import { AppError, handling } from '#src/domain/errors.ts'
import { parseId } from '#src/domain/ids.ts'
import { type Env, operatorOf, type Room, type Visit } from '../env.ts'
import { NewKeyForm, RotationForm, readForm } from '../forms.ts'
import { frameOf } from '../frame.ts'
import { withNotice } from '../notice.ts'
import { KeysPage } from '../pages/keys.tsx'
import { page } from './respond.ts'

const DAY_MS = 86_400_000

/** The keys of programs. A key that was made is in the answer to its form and nowhere else. */
export function addKeys(app: Hono<Env>, room: Room): void {
  const { keys, config } = room

  app.get('/keys', async (c) => page(c, await drawKeys(c, room)))

  app.post('/keys', (c) =>
    attempt(c, room, async (by) => {
      const { name, days } = await readForm(c, NewKeyForm)
      const scopes = [(await c.req.parseBody({ all: true }))['scope'] ?? []].flat().map(String)
      const expiresAt = days === undefined ? undefined : new Date(config.now().getTime() + days * DAY_MS)
      return keys.create({ name, scopes, expiresAt, by })
    }),
  )

  app.post('/keys/:id/rotation', (c) =>
    attempt(c, room, async (by) => {
      const id = parseId('key', c.req.param('id'))
      const { overlapHours } = await readForm(c, RotationForm)
      return keys.rotate({ id, overlapHours, by })
    }),
  )

  app.post('/keys/:id/revocation', async (c) => {
    await keys.revoke({ id: parseId('key', c.req.param('id')), by: byOf(c) })
    return c.redirect(withNotice('/keys', { done: 'revoked' }), 303)
  })
}

function byOf(c: Visit) {
  return { kind: 'operator' as const, id: operatorOf(c).id }
}

async function attempt(c: Visit, room: Room, work: (by: ReturnType<typeof byOf>) => Promise<{ key: string }>) {
  try {
    const made = await work(byOf(c))
    return page(c, await drawKeys(c, room, { made }))
  } catch (thrown) {
    const error = AppError.from(thrown)
    if (error.code !== 'conflict' && error.code !== 'invalid_input') throw thrown
    return page(c, await drawKeys(c, room, { refusal: `${error.message}.` }), handling[error.code].status)
  }
}

async function drawKeys(c: Visit, room: Room, news: { made?: { key: string }; refusal?: string } = {}) {
  return <KeysPage frame={await frameOf(c, room, 'keys')} keys={await room.keys.list()} {...news} />
}
