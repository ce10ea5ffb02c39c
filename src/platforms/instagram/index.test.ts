import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { newId } from '#src/domain/ids.ts'
import { Secret } from '#src/vault/secret.ts'
import { aFakeGraph, graphError, type Script } from '#tests/support/fake-graph.ts'
import type { Listener, Pause, PlatformAdapter } from '../adapter.ts'
import { createInstagramAdapter } from './index.ts'

const token = new Secret('IGAAtest')
const postId = newId('post', new Date())
const post = {
  postId,
  kind: 'message' as const,
  accountRef: '17841400000000001',
  recipientRef: '1000000000000001',
  text: 'Ja, 2–3 Tage 🙂',
}
const now = () => new Date('2026-11-22T12:00:00Z')
const soon = () => AbortSignal.timeout(5000)
const nobody = { accountRef: post.accountRef, hear: () => undefined }

async function setUp() {
  const graph = await aFakeGraph()
  return { graph, adapter: createInstagramAdapter({ graphUrl: graph.url, graphApiVersion: 'v26.0', now }) }
}

describe('a send', () => {
  it('is one POST with the exact words, and the token in its header only', async () => {
    const { graph, adapter } = await setUp()
    expect(await adapter.send(post, token, soon())).toEqual({
      outcome: { kind: 'sent', messageRef: 'mid.1' },
      pauses: [],
    })
    expect(graph.arrivals).toHaveLength(1)
    expect(graph.arrivals[0]).toMatchObject({
      method: 'POST',
      path: '/v26.0/17841400000000001/messages',
      token: 'IGAAtest',
      json: { recipient: { id: '1000000000000001' }, message: { text: 'Ja, 2–3 Tage 🙂' } },
    })
    expect([...(graph.arrivals[0]?.query.keys() ?? [])]).toEqual([])
  })

  it('is to be tried again when nothing can have arrived', async () => {
    const { graph, adapter } = await setUp()
    await graph.close()
    expect((await adapter.send(post, token, soon())).outcome).toMatchObject({ kind: 'retry', code: 'ECONNREFUSED' })
    const nowhere = createInstagramAdapter({ graphUrl: 'http://graph.invalid', graphApiVersion: 'v26.0' })
    expect((await nowhere.send(post, token, soon())).outcome.kind).toBe('retry')
  })

  it('is uncertain when the connection ends, the time runs out, or a proxy answers', async () => {
    const { graph, adapter } = await setUp()
    graph.next(
      'messages',
      { drop: true },
      { after: () => new Promise(() => undefined) },
      { status: 502, body: '<html>' },
    )
    expect((await adapter.send(post, token, soon())).outcome.kind).toBe('uncertain')
    expect((await adapter.send(post, token, AbortSignal.timeout(500))).outcome).toMatchObject({
      kind: 'uncertain',
      code: 'TimeoutError',
    })
    expect((await adapter.send(post, token, soon())).outcome).toMatchObject({ kind: 'uncertain', code: 'http/502' })
    expect(graph.sends()).toHaveLength(3)
  })

  it('is uncertain when the other side hangs up without a word', async () => {
    const server = createServer((socket) => void socket.once('data', () => socket.destroy()))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    const adapter = createInstagramAdapter({ graphUrl: `http://127.0.0.1:${port}`, graphApiVersion: 'v26.0' })
    expect((await adapter.send(post, token, soon())).outcome.kind).toBe('uncertain')
    server.close()
  })

  it('does not follow a redirect, which would carry the token elsewhere', async () => {
    const { graph, adapter } = await setUp()
    const elsewhere = await aFakeGraph()
    graph.next('messages', { status: 307, headers: { location: `${elsewhere.url}/v26.0/1/messages` }, body: '' })
    expect((await adapter.send(post, token, soon())).outcome.kind).toBe('uncertain')
    expect(elsewhere.arrivals).toHaveLength(0)
  })

  it('reads no more of an answer than it needs', async () => {
    const { graph, adapter } = await setUp()
    graph.next('messages', { body: { message_id: 'mid.big', filler: 'x'.repeat(300_000) } })
    expect((await adapter.send(post, token, soon())).outcome.kind).toBe('uncertain')
  })
})

const usage = { 'X-App-Usage': '{"call_count":95}' }
const business = (minutes: number) => ({
  'X-Business-Use-Case-Usage': JSON.stringify({
    [post.accountRef]: [{ type: 'instagram', call_count: 20, estimated_time_to_regain_access: minutes }],
  }),
})
const inMinutes = (minutes: number) => new Date(now().getTime() + minutes * 60_000)

describe('what a send asks to leave alone', () => {
  it.each<[string, number, number | undefined, 'account' | 'app' | undefined]>([
    ['4', 4, undefined, 'app'],
    ['341', 341, undefined, 'app'],
    ['17', 17, undefined, 'account'],
    ['32', 32, undefined, 'account'],
    ['613', 613, undefined, 'account'],
    ['613/1996', 613, 1996, 'account'],
    ['613/2534040', 613, 2_534_040, 'account'],
    ['80001', 80_001, undefined, 'account'],
    ['80002', 80_002, undefined, 'account'],
    ['80006', 80_006, undefined, 'account'],
    ['4/2018354', 4, 2_018_354, undefined],
    ['613/1893016', 613, 1_893_016, undefined],
    ['613/2018338', 613, 2_018_338, undefined],
  ])('after %s is exactly its scope', async (text, code, subcode, scope) => {
    const { graph, adapter } = await setUp()
    graph.next('messages', { status: 400, body: graphError(code, subcode) })
    const { outcome, pauses } = await adapter.send(post, token, soon())
    expect(pauses).toEqual(scope ? [{ scope, code: text, until: inMinutes(5) }] : [])
    expect(outcome.kind === 'wait' ? outcome.scope : undefined).toBe(scope)
  })

  it('stands in the headers of a success as well', async () => {
    const { graph, adapter } = await setUp()
    graph.next('messages', { headers: { ...usage, ...business(19) } })
    const { outcome, pauses } = await adapter.send(post, token, soon())
    expect(outcome.kind).toBe('sent')
    expect(pauses).toEqual([
      { scope: 'app', code: 'usage/95', until: inMinutes(5) },
      { scope: 'account', code: 'usage/20', until: inMinutes(19) },
    ])
  })

  it('is told once when a throttle and its headers say the same', async () => {
    const { graph, adapter } = await setUp()
    graph.next('messages', { status: 400, body: graphError(80_002), headers: business(19) })
    const { pauses } = await adapter.send(post, token, soon())
    expect(pauses).toEqual([{ scope: 'account', code: '80002', until: inMinutes(19) }])
  })
})

describe('what a read asks to leave alone', () => {
  const reads = {
    profile: (adapter: PlatformAdapter, listener: Listener) => adapter.profile('1', token, soon(), listener),
    read: (adapter: PlatformAdapter, listener: Listener) =>
      adapter.readBack?.(post, token, soon(), { ...listener, pace: async () => undefined }),
    refresh: (adapter: ReturnType<typeof createInstagramAdapter>, listener: Listener) =>
      adapter.credential.refresh(token, soon(), listener),
  }
  const kinds = { profile: 'profile', read: 'profile', refresh: 'refresh_access_token' } as const

  async function hear(only: keyof typeof reads, script: Script) {
    const { graph, adapter } = await setUp()
    graph.next(kinds[only], script)
    const heard: Pause[] = []
    const listener = { accountRef: post.accountRef, hear: (pause: Pause) => void heard.push(pause) }
    await reads[only](adapter, listener)?.catch(() => undefined)
    return heard
  }

  it.each(['profile', 'read', 'refresh'] as const)('after a throttle is calls like it only: %s', async (only) => {
    const heard = await hear(only, { status: 400, body: graphError(613) })
    expect(heard).toEqual([{ scope: 'account', only, code: '613', until: inMinutes(5) }])
  })

  it.each(['profile', 'read', 'refresh'] as const)('is the app when the app is throttled: %s', async (only) => {
    const heard = await hear(only, { status: 400, body: graphError(4) })
    expect(heard).toEqual([{ scope: 'app', code: '4', until: inMinutes(5) }])
  })

  it.each(['profile', 'read', 'refresh'] as const)('stands in the headers of a success too: %s', async (only) => {
    expect(await hear(only, { headers: { ...usage, ...business(19) } })).toEqual([
      { scope: 'app', code: 'usage/95', until: inMinutes(5) },
      { scope: 'account', code: 'usage/20', until: inMinutes(19) },
    ])
  })

  it('is heard of a profile that is not shown', async () => {
    expect(await hear('profile', { status: 400, body: graphError(230), headers: usage })).toMatchObject([
      { scope: 'app', code: 'usage/95' },
    ])
  })
})

describe('a profile', () => {
  it('names the contact as far as Instagram does', async () => {
    const { graph, adapter } = await setUp()
    graph.next('profile', {}, { body: { username: 'anna', name: null } }, { body: {} })
    expect(await adapter.profile('1', token, soon(), nobody)).toEqual({ name: 'Anna Example', username: 'anna' })
    expect(await adapter.profile('1', token, soon(), nobody)).toEqual({ username: 'anna' })
    expect(await adapter.profile('1', token, soon(), nobody)).toEqual({})
  })

  it.each([{ code: 230 }, { code: 9010 }, { code: 2018218 }, { code: 2018247 }, { code: 100, subcode: 33 }])(
    'is absent, and no trouble, on %j',
    async ({ code, subcode }: { code: number; subcode?: number }) => {
      const { graph, adapter } = await setUp()
      graph.next('profile', { status: 400, body: graphError(code, subcode) })
      expect(await adapter.profile('1', token, soon(), nobody)).toBeUndefined()
    },
  )

  it('says what is the matter otherwise', async () => {
    const { graph, adapter } = await setUp()
    graph.next(
      'profile',
      { status: 400, body: graphError(190, 463) },
      { status: 400, body: graphError(4) },
      { status: 500, body: '' },
    )
    await expect(adapter.profile('1', token, soon(), nobody)).rejects.toMatchObject({
      code: 'credential_rejected',
      field: '190/463',
    })
    await expect(adapter.profile('1', token, soon(), nobody)).rejects.toMatchObject({
      code: 'rate_limited',
      until: new Date('2026-11-22T12:05:00Z'),
    })
    await expect(adapter.profile('1', token, soon(), nobody)).rejects.toMatchObject({ code: 'platform_unavailable' })
  })
})

describe('a credential', () => {
  it('tells whose it is by the id that webhooks use, beyond 2^53 too, and who its owner is for the app', async () => {
    const { graph, adapter } = await setUp()
    expect(await adapter.credential.check(token, soon())).toEqual({
      accountRef: '17841400000000001',
      name: 'alpine',
      ownerRef: '1',
    })
    expect(graph.arrivals[0]?.query.get('fields')).toBe('id,user_id,username')
    graph.next('me', { body: '{"user_id":17841400000000000001,"username":"alpine"}' })
    expect((await adapter.credential.check(token, soon())).accountRef).toBe('17841400000000000001')
    expect(graph.arrivals[0]?.query.get('access_token')).toBeNull()
  })

  it('is renewed into a new token with its life', async () => {
    const { graph, adapter } = await setUp()
    const { token: fresh, expiresInSeconds } = await adapter.credential.refresh(token, soon(), nobody)
    expect([fresh.reveal(), expiresInSeconds]).toEqual(['IGAAfresh1', 5_183_944])
    expect(graph.arrivals[0]?.query.get('grant_type')).toBe('ig_refresh_token')
  })

  it.each([{}, { access_token: '' }, { access_token: 'x' }, { access_token: 'x', expires_in: 0 }, 'not json'])(
    'is not renewed by the answer %j',
    async (body) => {
      const { graph, adapter } = await setUp()
      graph.next('refresh_access_token', { body })
      await expect(adapter.credential.refresh(token, soon(), nobody)).rejects.toMatchObject({
        code: 'platform_unavailable',
      })
    },
  )

  it('never shows the token in an error', async () => {
    const { graph, adapter } = await setUp()
    graph.next('refresh_access_token', { status: 400, body: graphError(190) })
    const error = await adapter.credential.refresh(token, soon(), nobody).catch((thrown: unknown) => thrown)
    expect(`${JSON.stringify(error)} ${error instanceof Error ? error.stack : ''}`).not.toContain('IGAAtest')
  })
})
