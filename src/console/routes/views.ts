import type { Hono } from 'hono'
import { parseId } from '#src/domain/ids.ts'
import { choiceOf, queueHref, writeChoice } from '../choice.ts'
import { type Env, operatorOf, type Room } from '../env.ts'
import { BackForm, localPath, readForm, ViewForm } from '../forms.ts'
import { withNotice } from '../notice.ts'

/** Choices of the queue that an operator keeps, without what was searched for. */
export function addViews(app: Hono<Env>, { views }: Room): void {
  app.post('/views', async (c) => {
    const { name, back } = await readForm(c, ViewForm)
    const { q: _, ...choice } = choiceOf(localPath(back, '/queue'))
    await views.save({ operatorId: operatorOf(c).id, name, query: writeChoice(choice) })
    return c.redirect(withNotice(queueHref(choice), { done: 'saved' }), 303)
  })

  app.post('/views/:view/removal', async (c) => {
    const { back } = await readForm(c, BackForm)
    await views.remove({ viewId: parseId('view', c.req.param('view')), operatorId: operatorOf(c).id })
    return c.redirect(withNotice(localPath(back, '/queue'), { done: 'removed' }), 303)
  })
}
