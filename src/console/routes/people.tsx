import type { Hono } from 'hono'
import { AppError, handling } from '#src/domain/errors.ts'
import { parseId } from '#src/domain/ids.ts'
import { type Env, operatorOf, type Room, type Visit } from '../env.ts'
import { InvitationForm, RoleForm, readForm } from '../forms.ts'
import { frameOf } from '../frame.ts'
import { type Done, withNotice } from '../notice.ts'
import { type Asked, PeoplePage } from '../pages/people.tsx'
import { page } from './respond.ts'

/** Who may sign in, and as what. */
export function addPeople(app: Hono<Env>, room: Room): void {
  const { people, config } = room

  app.get('/people', async (c) => page(c, await drawPeople(c, room)))

  app.post('/people/invitations', async (c) => {
    const { email, role } = await readForm(c, InvitationForm)
    try {
      const { token, expiresAt } = await people.invite({ by: operatorOf(c).id, email, role })
      // The link is shown in the answer itself: nobody can read it again, not even here.
      const link = { url: `${config.publicUrl}/invitation?token=${token}`, email, expiresAt }
      return page(c, await drawPeople(c, room, { link }))
    } catch (thrown) {
      return refuse(c, room, AppError.from(thrown), { email, role })
    }
  })

  app.post('/people/invitations/:id/revocation', async (c) =>
    change(c, room, 'withdrawn', async (by) =>
      people.revokeInvitation({ by, id: parseId('invitation', c.req.param('id')) }),
    ),
  )

  addChanges(app, room)
}

function addChanges(app: Hono<Env>, room: Room): void {
  const { people } = room
  const operatorIn = (c: Visit) => parseId('operator', c.req.param('id'))

  app.post('/people/:id/role', (c) =>
    change(c, room, 'role-changed', async (by) =>
      people.changeRole({ by, operatorId: operatorIn(c), role: (await readForm(c, RoleForm)).role }),
    ),
  )

  app.post('/people/:id/disabling', (c) =>
    change(c, room, 'disabled', async (by) => people.disable({ by, operatorId: operatorIn(c) })),
  )

  app.post('/people/:id/enabling', (c) =>
    change(c, room, 'enabled', async (by) => people.enable({ by, operatorId: operatorIn(c) })),
  )

  app.post('/people/:id/sessions/ending', (c) =>
    change(c, room, 'signed-out', async (by) => people.endSessionsOf({ by, operatorId: operatorIn(c) })),
  )
}

type By = ReturnType<typeof operatorOf>['id']

async function change(c: Visit, room: Room, done: Done, work: (by: By) => Promise<void>): Promise<Response> {
  try {
    await work(operatorOf(c).id)
    return c.redirect(withNotice('/people', { done }), 303)
  } catch (thrown) {
    return refuse(c, room, AppError.from(thrown))
  }
}

async function refuse(c: Visit, room: Room, error: AppError, typed?: Asked['typed']): Promise<Response> {
  const isOurs = error.code === 'invalid_input' || error.code === 'conflict' || error.field === 'self'
  if (!isOurs) throw error
  return page(c, await drawPeople(c, room, { fault: `${error.message}.`, typed }), handling[error.code].status)
}

async function drawPeople(c: Visit, room: Room, asked: Asked = {}) {
  const { operators, invitations } = await room.people.listPeople()
  const frame = await frameOf(c, room, 'people')
  return <PeoplePage frame={frame} operators={operators} invitations={invitations} asked={asked} />
}
