import type { Hono } from 'hono'
import { AppError } from '#src/domain/errors.ts'
import { may } from '#src/domain/identity.ts'
import { type ConversationId, parseId } from '#src/domain/ids.ts'
import { type Env, type Room, readsOf, sessionOf, type Visit } from '../env.ts'
import { PresenceForm, readForm } from '../forms.ts'
import type { PresentView, Session } from '../people-verbs.ts'
import type { Reads } from '../reads.ts'

/** A tab tells what it shows, and hears who else looks at what. */
export function addPresence(app: Hono<Env>, { presence }: Room): void {
  app.post('/presence', async (c) => {
    const { tab, conversation, editing } = await readForm(c, PresenceForm)
    const { sessionId, operator } = sessionOf(c)
    const conversationId = conversation ? await within(c, conversation) : undefined
    const place = conversationId && { conversationId, isEditing: editing === 'yes' && may(operator.role, 'decide') }
    const there = await presence.say({ sessionId, tab, operatorId: operator.id, place })
    return c.json(await placesFor(there, { session: sessionOf(c), reads: readsOf(c) }))
  })
}

async function within(c: Visit, given: string): Promise<ConversationId> {
  const id = parseId('conversation', given)
  if (await readsOf(c).concerns(id)) return id
  throw new AppError('not_found', 'There is no such conversation')
}

/** The others, by conversation, of what whoever asks may see; one line a person, who writes before who reads. */
export async function placesFor(
  there: PresentView[],
  { session: { operator }, reads }: { session: Session; reads: Pick<Reads, 'concerns'> },
) {
  const others = there.filter(({ operatorId }) => operatorId !== operator.id)
  const places: Record<string, { name: string; isEditing: boolean; until: number }[]> = {}
  for (const id of new Set(others.map(({ conversationId }) => conversationId))) {
    if (await reads.concerns(id)) places[id] = peopleIn(others.filter(({ conversationId }) => conversationId === id))
  }
  return places
}

function peopleIn(there: PresentView[]) {
  const sorted = there.toSorted((a, b) => Number(b.isEditing) - Number(a.isEditing))
  return sorted
    .filter((one, at) => sorted.findIndex(({ operatorId }) => operatorId === one.operatorId) === at)
    .map(({ name, isEditing, until }) => ({ name, isEditing, until: until.getTime() }))
}
