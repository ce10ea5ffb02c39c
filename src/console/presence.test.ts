import { expect, it, onTestFinished } from 'vitest'
import { type ConversationId, newId } from '#src/domain/ids.ts'
import { aConsole, aForm, at, signedInAs } from '#tests/support/console.ts'
import type { Change } from './deps.ts'
import type { PresentView } from './people-verbs.ts'

const [seen, hidden] = [newId('conversation', at), newId('conversation', at)]
const until = new Date(at.getTime() + 20_000)

/** Ben writes and Cleo reads in a conversation that is shown, Dan reads in one that is not; Ben has a second tab open. */
function aBusyHouse() {
  const here = (
    name: string,
    conversationId: ConversationId,
    isEditing = false,
    operatorId = newId('operator', at),
  ) => {
    return { operatorId, conversationId, name, isEditing, until }
  }
  const ben = here('Ben', seen, true)
  const there: PresentView[] = [here('Cleo', seen), ben, { ...ben, isEditing: false }, here('Dan', hidden)]
  const said: unknown[] = []
  const left: string[] = []
  const listeners: ((change: Change) => void)[] = []
  const { app } = aConsole({
    reads: { concerns: async (id) => id === seen },
    presence: {
      say: async ({ place, operatorId }) => {
        said.push(place)
        return [...there, here('Ada', seen, false, operatorId)]
      },
      list: async () => there,
      leave: async (id) => void left.push(id),
    },
    live: (listener) => {
      listeners.push(listener)
      return () => undefined
    },
  })
  return { app, said, left, tell: (change: Change) => listeners.forEach((listener) => void listener(change)) }
}

const people = [
  { name: 'Ben', isEditing: true, until: until.getTime() },
  { name: 'Cleo', isEditing: false, until: until.getTime() },
]

it('tells who else is there, each once, of conversations within reach alone, and never whoever asks', async () => {
  const { app, said } = aBusyHouse()
  const answer = await app.request('/presence', aForm({ tab: 'tab001', conversation: seen }, { as: 'approver' }))
  expect(await answer.json()).toEqual({ [seen]: people })
  const beyond = await app.request('/presence', aForm({ tab: 'tab001', conversation: hidden }, { as: 'approver' }))
  expect(beyond.status).toBe(404)
  expect(said).toEqual([{ conversationId: seen, isEditing: false }])
})

it('takes a viewer for a reader whatever their tab says', async () => {
  const { app, said } = aBusyHouse()
  const form = { tab: 'tab001', conversation: seen, editing: 'yes' }
  for (const as of ['viewer', 'approver']) await app.request('/presence', aForm(form, { as }))
  expect(said).toMatchObject([{ isEditing: false }, { isEditing: true }])
})

it('tells open pages by their stream, and of a sign-out that the session has left', async () => {
  const { app, left, tell } = aBusyHouse()
  const stream = (await app.request('/events', signedInAs('admin'))).body
    ?.pipeThrough(new TextDecoderStream())
    .getReader()
  onTestFinished(() => stream?.cancel())
  await stream?.read()
  tell({ topic: 'presence', id: seen })
  const { value = '' } = (await stream?.read()) ?? {}
  expect(value).toMatch(/^event: presence\n/)
  expect(JSON.parse(value.split('data: ')[1] ?? '')).toEqual({ [seen]: people })
  await app.request('/sign-out', aForm({}, { as: 'admin' }))
  expect(left.length).toBeGreaterThan(0)
  expect(left[0]).toMatch(/^ses_/)
})
