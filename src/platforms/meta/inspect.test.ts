import { expect, it } from 'vitest'
import { NO_EXPIRY } from '#src/domain/credential.ts'
import { Secret } from '#src/vault/secret.ts'
import { aFakeGraph, graphError } from '#tests/support/fake-graph.ts'
import { createMessengerAdapter } from '../messenger/index.ts'

const [appId, appSecret] = ['1517776481860111', new Secret('test_app_secret')]
const token = new Secret('EAAGpagetoken')
const soon = () => AbortSignal.timeout(5000)

async function setUp() {
  const graph = await aFakeGraph()
  const adapter = createMessengerAdapter({ graphUrl: graph.url, graphApiVersion: 'v26.0', appId, appSecret })
  const tells = (data: unknown) => graph.next('debug_token', { body: { data } })
  const inspect = async () => adapter.credential.inspect?.(token, soon())
  return { graph, tells, inspect }
}

it('asks with the app’s own token, which stands in no address, and tells all that Meta says', async () => {
  const { graph, tells, inspect } = await setUp()
  tells({
    ...{ app_id: appId, type: 'PAGE', is_valid: true, user_id: '218471', scopes: ['pages_messaging'] },
    ...{ expires_at: 1_795_000_000, data_access_expires_at: 1_796_000_000 },
  })
  expect(await inspect()).toEqual({
    isValid: true,
    scopes: ['pages_messaging'],
    expiresAt: new Date(1_795_000_000_000),
    dataAccessExpiresAt: new Date(1_796_000_000_000),
    ownerRef: '218471',
  })
  const [arrival] = graph.arrivals
  expect(arrival).toMatchObject({ method: 'GET', path: '/v26.0/debug_token', token: `${appId}|test_app_secret` })
  expect(arrival?.query.get('input_token')).toBe('EAAGpagetoken')
  expect(arrival?.query.toString()).not.toContain('test_app_secret')
})

it('takes 0 for no end, and leaves out what Meta does not say', async () => {
  const { tells, inspect } = await setUp()
  tells({ is_valid: true, expires_at: 0, data_access_expires_at: 0 })
  expect(await inspect()).toEqual({
    isValid: true,
    scopes: [],
    expiresAt: NO_EXPIRY,
    dataAccessExpiresAt: NO_EXPIRY,
  })
  tells({ is_valid: true, expires_at: 'soon', data_access_expires_at: -1, scopes: 'all', user_id: 20_000_000_000 })
  expect(await inspect()).toEqual({ isValid: true, scopes: [], ownerRef: '20000000000' })
})

it.each([
  [{ code: 190, subcode: 460, message: 'words' }, '190/460'],
  [{ code: 190, error_subcode: 458 }, '190/458'],
  [{ code: 190 }, '190'],
])('names the reason for which a token is dead: %j', async (error, code) => {
  const { tells, inspect } = await setUp()
  tells({ is_valid: false, error, scopes: [] })
  expect(await inspect()).toEqual({ isValid: false, scopes: [], code })
})

it('never takes a refusal of our own app for the end of somebody’s token', async () => {
  const { graph, inspect } = await setUp()
  for (const [code, subcode] of [[190, 463], [100], [200]] as const) {
    graph.next('debug_token', { status: 400, body: graphError(code, subcode) })
    await expect(inspect()).rejects.toMatchObject({ code: 'platform_unavailable' })
  }
  graph.next('debug_token', { status: 400, body: graphError(4) })
  await expect(inspect()).rejects.toMatchObject({ code: 'rate_limited' })
})

it('makes nothing of an answer that does not say how the token is', async () => {
  const { tells, inspect } = await setUp()
  for (const data of [undefined, {}, [], { is_valid: 'yes' }]) {
    tells(data)
    await expect(inspect()).rejects.toMatchObject({ code: 'platform_unavailable' })
  }
})

it('is not to be had without the app’s id or secret', () => {
  const place = { graphUrl: 'https://graph.test', graphApiVersion: 'v26.0' }
  expect(createMessengerAdapter({ ...place, appSecret }).credential).not.toHaveProperty('inspect')
  expect(createMessengerAdapter({ ...place, appId }).credential).not.toHaveProperty('inspect')
})
