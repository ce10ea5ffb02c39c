import { describe, expect, it } from 'vitest'
import { platforms } from '#src/domain/platform.ts'
import { Secret } from '#src/vault/secret.ts'
import { aFakeGraph, graphError } from '#tests/support/fake-graph.ts'
import { createAdapters } from '../adapters.ts'

const REF = '200000000000001'
const [instagramAppId, metaAppId] = ['990000000000001', '1517776481860111']
const token = new Secret('EAAGpagetoken')
const soon = () => AbortSignal.timeout(5000)

describe.each(platforms)('the webhooks of %s', (platform) => {
  async function setUp(ids: { instagramAppId?: string; metaAppId?: string } = { instagramAppId, metaAppId }) {
    const graph = await aFakeGraph()
    const places = { instagramGraphUrl: graph.url, metaGraphUrl: graph.url, graphApiVersion: 'v26.0' }
    const metaAppSecrets = [{ secret: new Secret('test_app_secret') }]
    const { subscriptions } = createAdapters({ ...places, ...ids, metaAppSecrets })[platform]
    if (!subscriptions) throw new Error('There is no such choice')
    const lists = (...data: unknown[]) => graph.next('subscribed_apps', { body: { data } })
    return { graph, subscriptions, lists, read: () => subscriptions.read(REF, token, soon()) }
  }

  it('are those of our app, whoever else is subscribed', async () => {
    const { graph, lists, read } = await setUp()
    const other = { id: '42', subscribed_fields: ['feed', 'messages'] }
    lists(other, { id: metaAppId, name: 'Countersign', subscribed_fields: ['messages'] })
    expect(await read()).toEqual(['messages'])
    expect(graph.arrivals[0]).toMatchObject({ method: 'GET', path: `/v26.0/${REF}/subscribed_apps` })
    lists(other)
    expect(await read()).toEqual([])
    lists()
    expect(await read()).toEqual([])
    lists({ id: metaAppId })
    expect(await read()).toEqual([])
  })

  it('are not guessed where nobody told us our app’s id', async () => {
    const { lists, read } = await setUp({})
    lists({ id: '42', subscribed_fields: ['messages'] })
    expect(await read()).toEqual(['messages'])
    lists({ id: '42', subscribed_fields: ['messages'] }, { id: '43', subscribed_fields: ['feed'] })
    await expect(read()).rejects.toMatchObject({ code: 'platform_unavailable', field: 'app_unknown' })
  })

  it('are asked for all at once, and both ways of saying yes are heard', async () => {
    const { graph, subscriptions } = await setUp()
    const subscribe = () => subscriptions.subscribe(REF, token, soon())
    graph.next('subscribed_apps', { body: { success: true } }, { body: { success: 'true' } })
    await subscribe()
    await subscribe()
    expect(graph.arrivals[0]).toMatchObject({
      method: 'POST',
      path: `/v26.0/${REF}/subscribed_apps`,
      token: 'EAAGpagetoken',
    })
    expect(graph.arrivals[0]?.query.get('subscribed_fields')).toBe(subscriptions.needed.join(','))
    for (const success of [false, 'false', undefined]) {
      graph.next('subscribed_apps', { body: { success } })
      await expect(subscribe()).rejects.toMatchObject({ code: 'platform_unavailable' })
    }
  })

  it('that cannot be had say why', async () => {
    const { graph, subscriptions, read } = await setUp()
    graph.next('subscribed_apps', { status: 403, body: graphError(200) }, { status: 400, body: graphError(190, 460) })
    const subscribe = () => subscriptions.subscribe(REF, token, soon())
    await expect(subscribe()).rejects.toMatchObject({ code: 'credential_rejected', field: '200' })
    await expect(read()).rejects.toMatchObject({ code: 'credential_rejected', field: '190/460' })
    graph.next('subscribed_apps', { body: {} })
    await expect(read()).rejects.toMatchObject({ code: 'platform_unavailable' })
  })
})
