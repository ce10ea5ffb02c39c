import type { Hono } from 'hono'
import { AppError } from '#src/domain/errors.ts'
import { parseId } from '#src/domain/ids.ts'
import { type Env, operatorOf, type Room, readsOf } from '../env.ts'
import { ErasureForm, readForm } from '../forms.ts'
import { withNotice } from '../notice.ts'

export function addErasure(app: Hono<Env>, { configure, config }: Room): void {
  app.post('/conversations/:id/erasure', async (c) => {
    const id = parseId('conversation', c.req.param('id'))
    await readForm(c, ErasureForm)
    const conversation = await readsOf(c).conversation(id, config.now())
    if (!conversation) throw new AppError('not_found', 'There is no such conversation')
    await configure.eraseContact({ contactId: conversation.contactId, operatorId: operatorOf(c).id })
    return c.redirect(withNotice(`/conversations/${id}`, { done: 'erasing' }), 303)
  })
}
