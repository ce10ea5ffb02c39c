import { expect, it, onTestFinished } from 'vitest'
import { newId } from '#src/domain/ids.ts'
import { createPresence } from '#src/queues/presence.ts'
import { connectProducer } from '#src/queues/redis.ts'
import { aRedis } from '#tests/support/stores.ts'

const SILENT_MS = 26_000

function setUp() {
  const { redis, prefix } = aRedis()
  const clock = { at: new Date() }
  const heard: string[] = []
  const presence = createPresence({ redis, prefix, publish: ({ id }) => heard.push(id), now: () => clock.at })
  const someone = () => {
    const [sessionId, operatorId] = [newId('session', clock.at), newId('operator', clock.at)]
    const say = (tab: string, conversationId?: ReturnType<typeof aThread>, isEditing = false) =>
      presence.say({ sessionId, tab, operatorId, place: conversationId && { conversationId, isEditing } })
    return { sessionId, operatorId, say }
  }
  const aThread = () => newId('conversation', clock.at)
  return { ...{ redis, prefix, presence, clock, heard, someone, aThread } }
}

it('tells each who is where, once when it changes, and no more when they say the same again', async () => {
  const { heard, someone, aThread, presence } = setUp()
  const [ada, ben, first, second] = [someone(), someone(), aThread(), aThread()]
  await ada.say('tab001', first)
  const seen = await ben.say('tab002', first, true)
  expect(seen).toMatchObject([
    { operatorId: ada.operatorId, conversationId: first, isEditing: false },
    { operatorId: ben.operatorId, conversationId: first, isEditing: true },
  ])
  await ada.say('tab001', first)
  expect(heard).toEqual([first, first])
  await ada.say('tab001', second)
  expect(heard.slice(2).sort()).toEqual([first, second].sort())
  await ben.say('tab002')
  expect(await presence.list()).toMatchObject([{ operatorId: ada.operatorId, conversationId: second }])
})

it('forgets a tab that fell silent and every tab of a session that ended', async () => {
  const { heard, someone, aThread, presence, clock, redis, prefix } = setUp()
  const [ada, ben, first, second] = [someone(), someone(), aThread(), aThread()]
  await ada.say('tab001', first)
  clock.at = new Date(clock.at.getTime() + SILENT_MS)
  expect(await presence.list()).toEqual([])
  heard.length = 0
  await ben.say('tab002', second)
  await ben.say('tab003', second)
  expect(heard).toContain(first)
  expect(await redis.hlen(`${prefix}:presence`)).toBe(2)
  expect(await redis.pttl(`${prefix}:presence`)).toBeGreaterThan(0)
  await presence.leave(ada.sessionId)
  expect(await presence.list()).toHaveLength(2)
  await presence.leave(ben.sessionId)
  expect(await presence.list()).toEqual([])
})

it('holds ids alone, takes what is not ours for nobody, and fails nobody while Redis is away', async () => {
  const { someone, aThread, presence, redis, prefix } = setUp()
  const ada = someone()
  await ada.say('tab001', aThread())
  const [kept] = Object.values(await redis.hgetall(`${prefix}:presence`))
  expect(kept).toMatch(/^cnv_\w+ opr_\w+ reads \d+$/)
  for (const text of ['', '{}', 'cnv_1 opr_1 owns 9', `${kept} x`])
    await redis.hset(`${prefix}:presence`, `x ${text}`, text)
  expect(await presence.list()).toHaveLength(1)
  const gone = connectProducer('redis://127.0.0.1:9')
  onTestFinished(() => gone.disconnect())
  const away = createPresence({ redis: gone, prefix, publish: () => undefined, now: () => new Date() })
  expect(await away.list()).toEqual([])
  const { sessionId, operatorId } = ada
  expect(await away.say({ sessionId, tab: 'tab001', operatorId, place: undefined })).toEqual([])
})
