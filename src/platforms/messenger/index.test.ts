import { describe, expect, it } from 'vitest'
import { newId } from '#src/domain/ids.ts'
import { Secret } from '#src/vault/secret.ts'
import { aFakeGraph } from '#tests/support/fake-graph.ts'
import { createMessengerAdapter } from './index.ts'

const PAGE = '200000000000001'
const EVA = '7000000000000001'
const token = new Secret('IGAAtesttoken123')
const PROOF = '7d8a38f6feaccf3d8727835456b11b76ed2ccadbe278cbe220c99ea04b293005'
const soon = () => AbortSignal.timeout(5000)
const post = {
  postId: newId('post', new Date()),
  kind: 'message' as const,
  accountRef: PAGE,
  recipientRef: EVA,
  text: 'Ja 🙂',
}
const listener = { accountRef: PAGE, hear: () => undefined, pace: async () => undefined }

async function setUp(appSecret: Secret | undefined = new Secret('test_app_secret')) {
  const graph = await aFakeGraph()
  return { graph, adapter: createMessengerAdapter({ graphUrl: graph.url, graphApiVersion: 'v26.0', appSecret }) }
}

describe('a send', () => {
  it('answers inside the window and names its post, so that its echo will', async () => {
    const { graph, adapter } = await setUp()
    await adapter.send(post, token, soon())
    expect(graph.arrivals[0]?.json).toEqual({
      recipient: { id: EVA },
      messaging_type: 'RESPONSE',
      message: { text: 'Ja 🙂', metadata: post.postId },
    })
  })
})

describe('a call', () => {
  it('carries the proof that the token is used by its own app, whatever it asks', async () => {
    const { graph, adapter } = await setUp()
    await adapter.send(post, token, soon())
    await adapter.profile(EVA, token, soon(), listener)
    await adapter.credential.check(token, soon()).catch(() => undefined)
    await adapter.readBack?.(post, token, soon(), listener)
    expect(graph.arrivals.map(({ query }) => query.get('appsecret_proof'))).toEqual([PROOF, PROOF, PROOF, PROOF])
  })

  it('carries none where no secret is known', async () => {
    const graph = await aFakeGraph()
    const adapter = createMessengerAdapter({ graphUrl: graph.url, graphApiVersion: 'v26.0' })
    await adapter.send(post, token, soon())
    expect([...(graph.arrivals[0]?.query.keys() ?? [])]).toEqual([])
  })
})

describe('a credential', () => {
  it('tells whose it is by the Page’s id, beyond 2^53 too, and cannot be renewed', async () => {
    const { graph, adapter } = await setUp()
    graph.next('me', { body: { id: PAGE, name: 'Alpine' } }, { body: '{"id":20000000000000000001}' }, { body: {} })
    expect(await adapter.credential.check(token, soon())).toEqual({ accountRef: PAGE, name: 'Alpine' })
    expect((await adapter.credential.check(token, soon())).accountRef).toBe('20000000000000000001')
    await expect(adapter.credential.check(token, soon())).rejects.toMatchObject({ code: 'platform_unavailable' })
    expect(graph.arrivals[0]?.query.get('fields')).toBe('id,name')
    expect(adapter.credential).not.toHaveProperty('refresh')
  })
})

describe('a profile', () => {
  it('names the contact as far as Meta does', async () => {
    const { graph, adapter } = await setUp()
    const halves = { body: { first_name: 'Eva', last_name: 'Berg' } }
    graph.next('profile', { body: { name: 'Eva B.' } }, halves, { body: { first_name: 'Eva' } }, { body: {} })
    const names = [{ name: 'Eva B.' }, { name: 'Eva Berg' }, { name: 'Eva' }, {}]
    for (const name of names) expect(await adapter.profile(EVA, token, soon(), listener)).toEqual(name)
  })
})

describe('reading a thread back', () => {
  it('asks the Page for its thread with the contact, each call at its turn', async () => {
    const { graph, adapter } = await setUp()
    const paced: number[] = []
    graph.next('profile', { body: { data: [{ id: 't_1' }] } })
    graph.next('messages', {
      body: {
        data: [
          { id: 'm_2', created_time: '2026-11-22T12:00:07+0000', from: { id: PAGE }, message: 'Ja' },
          { id: 'm_1', created_time: '2026-11-22T12:00:00+0000', from: { id: EVA }, message: 'Offen?' },
        ],
      },
    })
    const pace = async () => void paced.push(graph.arrivals.length)
    const thread = await adapter.readBack?.(post, token, soon(), { ...listener, pace })
    expect(thread).toMatchObject({
      complete: true,
      messages: [
        { messageRef: 'm_2', fromUs: true, text: 'Ja' },
        { messageRef: 'm_1', fromUs: false },
      ],
    })
    expect(paced).toEqual([0, 1])
    expect(graph.arrivals.map(({ path }) => path)).toEqual([`/v26.0/${PAGE}/conversations`, '/v26.0/t_1/messages'])
    expect(graph.arrivals[0]?.query.get('platform')).toBe('messenger')
    expect(graph.arrivals[0]?.query.get('user_id')).toBe(EVA)
  })
})
