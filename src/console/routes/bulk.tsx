import type { Hono } from 'hono'
import { AppError } from '#src/domain/errors.ts'
import { isId } from '#src/domain/ids.ts'
import { BULK_MAX } from '#src/domain/pace.ts'
import { asked, readChoice } from '../choice.ts'
import { type Env, operatorOf, type Room, readsOf } from '../env.ts'
import { BulkForm, readForm } from '../forms.ts'
import { frameOf } from '../frame.ts'
import { BulkDonePage, BulkPage } from '../pages/bulk.tsx'
import { page } from './respond.ts'

/** Several drafts with one press: listed in whole, ticked one by one. */
export function addBulk(app: Hono<Env>, room: Room): void {
  app.get('/queue/bulk', async (c) => {
    const choice = readChoice(new URL(c.req.url).searchParams)
    const look = { choice: asked(choice, operatorOf(c).id), at: room.config.now() }
    const drafts = await readsOf(c).calmDrafts(look, BULK_MAX)
    return page(c, <BulkPage frame={await frameOf(c, room, 'queue')} drafts={drafts} choice={choice} />)
  })

  app.post('/queue/bulk', async (c) => {
    const { pick } = await readForm(c, BulkForm)
    const outcomes = await room.review.approveMany({ picks: pick.map(pickIn), operatorId: operatorOf(c).id })
    return page(c, <BulkDonePage frame={await frameOf(c, room, 'queue')} outcomes={outcomes} />)
  })
}

function pickIn(text: string) {
  const [draftId, textHash = '', headMessageId] = text.split(' ')
  if (isId('draft', draftId) && isId('message', headMessageId)) return { draftId, seen: { textHash, headMessageId } }
  throw new AppError('invalid_input', 'The form came without a proper “pick”', { field: 'pick' })
}
