import type { Hono } from 'hono'
import { AppError } from '#src/domain/errors.ts'
import { type ConversationId, type MessageId, parseId } from '#src/domain/ids.ts'
import { type Env, operatorOf, type Room, readsOf, type Visit } from '../env.ts'
import { AssignmentForm, BackForm, DismissalForm, NoteForm, PreviewForm, readForm, SnoozeForm } from '../forms.ts'
import { attempt, goOn, placeOf, redraw, stayAt } from './attempt.tsx'
import { page } from './respond.ts'

/** What operators do with a conversation among themselves. */
export function addDesk(app: Hono<Env>, room: Room): void {
  const { desk } = room
  addPreview(app, room)
  addNotes(app, room)

  app.post('/conversations/:id/snooze', async (c) => {
    const { hours, headMessageId, back } = await readForm(c, SnoozeForm)
    const by = byIn(c)
    const origin = { ...by, back }
    return attempt(c, room, origin, async () => {
      const place = await placeOf(c, room, by.conversationId)
      await desk.snooze({ ...by, hours, headMessageId: headMessageId as MessageId })
      if (hours === undefined) return stayAt(origin, { done: 'taken-up' })
      return goOn(c, room, { origin, place, notice: { done: 'snoozed' } })
    })
  })

  app.post('/conversations/:id/assignment', async (c) => {
    const { assignee, back } = await readForm(c, AssignmentForm)
    const by = byIn(c)
    const origin = { ...by, back }
    return attempt(c, room, origin, async () => {
      const assigneeId = assignee === '' ? undefined : parseId('operator', assignee)
      await desk.assign({ ...by, assigneeId })
      return stayAt(origin, { done: assigneeId ? 'assigned' : 'unassigned' })
    })
  })

  app.post('/conversations/:id/opt-out', async (c) => {
    const { headMessageId, back } = await readForm(c, DismissalForm)
    const by = byIn(c)
    const origin = { ...by, back }
    return attempt(c, room, origin, async () => {
      const place = await placeOf(c, room, by.conversationId)
      await desk.optOut({ ...by, headMessageId: headMessageId as MessageId })
      return goOn(c, room, { origin, place, notice: { done: 'opted-out' } })
    })
  })
}

function byIn(c: Visit) {
  return { conversationId: parseId('conversation', c.req.param('id')), operatorId: operatorOf(c).id }
}

/** Decides nothing: the same page again, with these words in the editor and what they would look like. */
function addPreview(app: Hono<Env>, room: Room): void {
  app.post('/conversations/:id/preview', async (c) => {
    const conversationId = parseId('conversation', c.req.param('id'))
    const { text, template, way, back } = await readForm(c, PreviewForm)
    const words = template ? await withTemplate(c, room, { conversationId, text, template }) : text
    return page(c, await redraw(c, room, { conversationId, back }, { checked: { text: words, way } }))
  })
}

async function withTemplate(
  c: Visit,
  { config }: Room,
  { conversationId, text, template }: { conversationId: ConversationId; text: string; template: string },
): Promise<string> {
  const conversation = await readsOf(c).conversation(conversationId, config.now())
  const found = conversation?.templates.find(({ id }) => id === template)
  if (!found) throw new AppError('not_found', 'There is no such template')
  return text.trim() === '' ? found.body : `${text.trimEnd()}\n\n${found.body}`
}

function addNotes(app: Hono<Env>, room: Room): void {
  const { desk } = room

  app.post('/conversations/:id/notes', async (c) => {
    const { text, back } = await readForm(c, NoteForm)
    const by = byIn(c)
    const origin = { ...by, back }
    return attempt(c, room, origin, async () => {
      await desk.note({ ...by, text })
      return stayAt(origin, { done: 'noted' })
    })
  })

  app.post('/conversations/:id/notes/:note/removal', async (c) => {
    const { back } = await readForm(c, BackForm)
    const by = byIn(c)
    const origin = { ...by, back }
    return attempt(c, room, origin, async () => {
      await desk.removeNote({ ...by, noteId: parseId('note', c.req.param('note')) })
      return stayAt(origin, { done: 'note-removed' })
    })
  })
}
