import { describe, expect, it } from 'vitest'
import { PREFIX } from '#src/queues/bell.ts'
import { createHub, createPublisher, type LiveEvent } from '#src/queues/live.ts'
import { aRedis } from '#tests/support/stores.ts'

async function setUp() {
  const { redis } = aRedis()
  const { redis: listening } = aRedis()
  const heard: LiveEvent[] = []
  const leave = createHub(listening)((event) => heard.push(event))
  await listening.ping()
  const messages: string[] = []
  listening.on('message', (_channel, text) => messages.push(text))
  return { redis, publish: createPublisher(redis), heard, leave, messages }
}

const event = (n: number): LiveEvent => ({ topic: 'queue', id: `cnv_${n}` })

describe('the live channel', () => {
  it('carries what is said at once in one message, in its order', async () => {
    const { publish, heard, messages } = await setUp()
    const said = Array.from({ length: 50 }, (_, n) => event(n))
    for (const one of said) publish(one)
    await expect.poll(() => heard).toEqual(said)
    expect(messages).toHaveLength(1)
    publish(event(50))
    await expect.poll(() => heard.length).toBe(51)
  })

  it('hears nothing in what is no event, and goes on', async () => {
    const { redis, publish, heard } = await setUp()
    const rubbish = [
      '',
      'null',
      '{',
      '{"topic":"queue"}',
      '[{"topic":"secrets","id":"x"}]',
      '[{"topic":"queue","id":7}]',
    ]
    for (const text of rubbish) await redis.publish(`${PREFIX}:live`, text)
    publish(event(1))
    await expect.poll(() => heard).toEqual([event(1)])
  })

  it('says nothing to a listener who has left', async () => {
    const { publish, heard, leave, messages } = await setUp()
    leave()
    publish(event(1))
    await expect.poll(() => messages.length).toBe(1)
    expect(heard).toEqual([])
  })
})
