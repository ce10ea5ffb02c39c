import { expect, it } from 'vitest'
import type { Reach } from '#src/domain/identity.ts'
import { newId } from '#src/domain/ids.ts'
import { aConsole, at, signedInAs } from '#tests/support/console.ts'
import type { Change } from './deps.ts'

const [mine, theirs] = [newId('account', at), newId('account', at)]
const changes: Change[] = [
  { topic: 'conversation', id: theirs },
  { topic: 'conversation', id: mine },
]

/** What the stream of somebody with this reach has said once it was told of both accounts. */
async function heardWith(reach: Reach): Promise<string> {
  let tell: (change: Change) => void = () => undefined
  const { app } = aConsole({
    reachOf: async () => reach,
    reads: { concerns: async (id) => id === mine },
    live: (listener) => {
      tell = listener
      return () => undefined
    },
  })
  const answer = await app.request('/events', signedInAs('approver'))
  const stream = answer.body?.pipeThrough(new TextDecoderStream()).getReader()
  let heard = String((await stream?.read())?.value)
  for (const change of changes) tell(change)
  while (!heard.includes(mine)) heard += String((await stream?.read())?.value)
  await stream?.cancel()
  return heard
}

it('whoever is kept to some accounts is told of what changes there, and not that anything changes elsewhere', async () => {
  expect(await heardWith([mine])).not.toContain(theirs)
  expect(await heardWith('all')).toContain(theirs)
})
