import { describe, expect, it } from 'vitest'
import { newId } from '#src/domain/ids.ts'
import { platforms } from '#src/domain/platform.ts'
import type { Pause } from '#src/platforms/adapter.ts'
import { createAdapters } from '#src/platforms/adapters.ts'
import { errorTable } from '#src/platforms/meta/error-table.ts'
import { Secret } from '#src/vault/secret.ts'
import { aFakeGraph, graphError } from '#tests/support/fake-graph.ts'

const TOKEN = 'EAAGcanarytoken123456'
const APP_SECRET = 'canary_app_secret_0123'
const token = new Secret(TOKEN)
const post = {
  postId: newId('post', new Date()),
  kind: 'message' as const,
  accountRef: '200000000000001',
  recipientRef: '7001',
  text: 'Ja 🙂',
}
const soon = () => AbortSignal.timeout(5000)

describe.each(platforms)('the adapter of %s', (platform) => {
  async function setUp() {
    const graph = await aFakeGraph()
    const adapters = createAdapters({
      instagramGraphUrl: graph.url,
      metaGraphUrl: graph.url,
      graphApiVersion: 'v26.0',
      metaAppSecrets: [{ secret: new Secret(APP_SECRET) }],
    })
    const heard: Pause[] = []
    const hear = (pause: Pause) => void heard.push(pause)
    const listener = { accountRef: post.accountRef, hear, pace: async () => undefined }
    return { graph, adapter: adapters[platform], listener, heard }
  }

  it('goes by its own name', async () => {
    expect((await setUp()).adapter.platform).toBe(platform)
  })

  it('sends with one call, in the exact words, with the token in the header alone', async () => {
    const { graph, adapter } = await setUp()
    expect((await adapter.send(post, token, soon())).outcome).toEqual({ kind: 'sent', messageRef: 'mid.1' })
    expect(graph.arrivals).toHaveLength(1)
    expect(graph.arrivals[0]).toMatchObject({
      method: 'POST',
      path: `/v26.0/${post.accountRef}/messages`,
      token: TOKEN,
      json: { recipient: { id: post.recipientRef }, message: { text: post.text } },
    })
    expect(graph.arrivals[0]?.query.get('access_token')).toBeNull()
  })

  it('makes of every code of the table what the table says, and of each only that', async () => {
    const { graph, adapter } = await setUp()
    for (const [name, meaning] of Object.entries(errorTable)) {
      const [code, subcode] = name.replace('*', '100').split('/').map(Number)
      graph.next('messages', { status: 400, body: graphError(code ?? 0, subcode) })
      const { outcome } = await adapter.send(post, token, soon())
      const { note: _, ...exact } = { note: '', ...meaning }
      expect({ name, ...outcome }).toMatchObject({ name, ...exact })
    }
    expect(graph.sends()).toHaveLength(Object.keys(errorTable).length)
  })

  it.each([
    ['private_reply', 'POST', { recipient: { comment_id: '55_66' } }, { recipient_id: '7001', message_id: 'm_1' }],
    ['public_reply', 'POST', { message: 'Ja 🙂' }, { id: '55_67' }],
    ['hide', 'POST', {}, { success: true }],
    ['unhide', 'POST', {}, { success: 'true' }],
    ['delete', 'DELETE', undefined, { success: true }],
  ] as const)(
    'asks for a %s with one call about the comment, and knows that it is done',
    async (kind, method, json, body) => {
      const { graph, adapter } = await setUp()
      for (const name of ['messages', 'profile']) graph.next(name, { body })
      const { outcome } = await adapter.send({ ...post, kind, recipientRef: '55_66' }, token, soon())
      expect(outcome.kind).toBe('sent')
      expect(outcome).toMatchObject(kind === 'private_reply' ? { recipientRef: '7001' } : {})
      expect(graph.arrivals).toHaveLength(1)
      expect(graph.arrivals[0]).toMatchObject({ method, token: TOKEN, ...(json && { json }) })
      if (kind !== 'private_reply') expect(graph.arrivals[0]?.path).toContain('55_66')
    },
  )

  it('takes a comment that is gone for that, and blames no account', async () => {
    const { graph, adapter } = await setUp()
    for (const kind of ['public_reply', 'hide', 'delete'] as const) {
      graph.next('profile', { status: 400, body: graphError(100, 33) })
      const { outcome } = await adapter.send({ ...post, kind, recipientRef: '55_66' }, token, soon())
      expect(outcome).toMatchObject({ kind: 'refused', about: 'thread', code: '100/33' })
    }
  })

  it('does again what may be done twice, and nothing else', async () => {
    const { graph, adapter } = await setUp()
    const outcomes = []
    for (const kind of ['public_reply', 'hide', 'unhide', 'delete'] as const) {
      graph.next('profile', { drop: true }, { status: 500, body: '' })
      for (let i = 0; i < 2; i++) {
        const { outcome } = await adapter.send({ ...post, kind, recipientRef: '55_66' }, token, soon())
        outcomes.push(outcome.kind)
      }
    }
    expect(outcomes).toEqual(['uncertain', 'uncertain', 'retry', 'retry', 'retry', 'retry', 'retry', 'retry'])
  })

  it('calls a send uncertain that nobody answered, and one to be tried again that reached nobody', async () => {
    const { graph, adapter } = await setUp()
    graph.next('messages', { drop: true }, { status: 500, body: '' })
    expect((await adapter.send(post, token, soon())).outcome.kind).toBe('uncertain')
    expect((await adapter.send(post, token, soon())).outcome.kind).toBe('uncertain')
    await graph.close()
    expect((await adapter.send(post, token, soon())).outcome.kind).toBe('retry')
  })

  it('tells of a throttle that meets a read, and holds up only reads for it', async () => {
    const { graph, adapter, listener, heard } = await setUp()
    graph.next('profile', { status: 400, body: graphError(613) })
    await expect(adapter.profile('7001', token, soon(), listener)).rejects.toMatchObject({ code: 'rate_limited' })
    expect(heard).toMatchObject([{ scope: 'account', code: '613', only: 'profile' }])
  })

  it('goes without the profile of somebody who is not shown', async () => {
    const { graph, adapter, listener } = await setUp()
    for (const [code, subcode] of [[230], [9010], [2018218], [100, 33], [100, 2018001]] as [number, number?][]) {
      graph.next('profile', { status: 400, body: graphError(code, subcode) })
      expect(await adapter.profile('7001', token, soon(), listener)).toBeUndefined()
    }
  })

  it('asks what stands at a mention, and takes a refusal for an answer, but no other trouble', async () => {
    const { graph, adapter, listener } = await setUp()
    const place = { mediaRef: '18000000000000020', commentRef: '18000000000000021' }
    const look = () =>
      adapter.mention?.({ ...place, accountRef: post.accountRef, at: new Date() }, token, soon(), listener)
    for (const [code, subcode] of [[100, 33], [10], [200], [100]] as [number, number?][]) {
      const no = { status: 400, body: graphError(code, subcode) }
      graph.next('profile', ...(platform === 'instagram' ? [no, no] : [no]))
      expect(await look()).toEqual({ kind: 'hidden' })
    }
    for (const [code, named] of [
      [190, 'credential_rejected'],
      [613, 'rate_limited'],
      [2, 'platform_unavailable'],
    ] as const) {
      graph.next('profile', { status: 400, body: graphError(code) })
      await expect(look()).rejects.toMatchObject({ code: named })
    }
  })

  it('answers a mention where it stands, and takes a missing right there for no fault of the account', async () => {
    const { graph, adapter } = await setUp()
    const reply = {
      ...post,
      kind: 'mention_reply' as const,
      recipientRef: '18000000000000021',
      mediaRef: '18000000000000020',
    }
    graph.next('profile', { body: { id: '17846319838228163' } })
    const { outcome } = await adapter.send(reply, token, soon())
    expect(outcome).toEqual({ kind: 'sent', messageRef: '17846319838228163' })
    const there = { path: `/v26.0/${reply.recipientRef}/comments`, json: { message: post.text } }
    const ids = { media_id: reply.mediaRef, comment_id: reply.recipientRef }
    const under = { path: `/v26.0/${post.accountRef}/mentions`, json: { ...ids, message: post.text } }
    expect(graph.arrivals[0]).toMatchObject({
      method: 'POST',
      token: TOKEN,
      ...(platform === 'messenger' ? there : under),
    })
    for (const [code, subcode] of [[100, 33], [10], [200], [3]] as [number, number?][]) {
      graph.next('profile', { status: 403, body: graphError(code, subcode) })
      expect((await adapter.send(reply, token, soon())).outcome).toMatchObject({ kind: 'refused', about: 'thread' })
    }
    graph.next('profile', { status: 400, body: graphError(190) }, { drop: true })
    expect((await adapter.send(reply, token, soon())).outcome.kind).toBe('reauthorise')
    expect((await adapter.send(reply, token, soon())).outcome.kind).toBe('uncertain')
  })

  it('says of a dead token that it is refused, wherever it is used', async () => {
    const { graph, adapter, listener } = await setUp()
    const dead = { status: 400, body: graphError(190, 460) }
    graph.next('me', dead)
    graph.next('profile', dead, dead)
    const refused = { code: 'credential_rejected', field: '190/460' }
    await expect(adapter.credential.check(token, soon())).rejects.toMatchObject(refused)
    await expect(adapter.profile('7001', token, soon(), listener)).rejects.toMatchObject(refused)
    await expect(adapter.readBack?.(post, token, soon(), listener)).rejects.toMatchObject(refused)
  })

  it('prints neither the token nor the app secret, whatever happens', async () => {
    const { graph, adapter, listener } = await setUp()
    const dead = { status: 400, body: graphError(190) }
    graph.next('me', dead, { drop: true })
    graph.next('profile', dead, { drop: true })
    graph.next('messages', dead, { drop: true })
    const heard = [
      await adapter.credential.check(token, soon()).catch((thrown: unknown) => thrown),
      await adapter.credential.check(token, soon()).catch((thrown: unknown) => thrown),
      await adapter.profile('7001', token, soon(), listener).catch((thrown: unknown) => thrown),
      await adapter.readBack?.(post, token, soon(), listener).catch((thrown: unknown) => thrown),
      await adapter.send(post, token, soon()),
      await adapter.send(post, token, soon()),
    ]
    const said = heard.map((one) => `${JSON.stringify(one)} ${one instanceof Error ? one.stack : ''}`).join()
    expect(said).toContain('190')
    expect(said).not.toContain(TOKEN)
    expect(said).not.toContain(APP_SECRET)
  })
})
