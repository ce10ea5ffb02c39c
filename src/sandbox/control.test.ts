import { expect, it } from 'vitest'
import { aSandbox } from '#tests/support/sandbox.ts'

it('hands out what one needs to connect the shop', async () => {
  const { ask, accountRef, token } = await aSandbox()
  const { body } = await ask('GET', '/account')
  expect(body).toMatchObject({ accountRef, token, name: 'Murmelton Ceramics', username: 'murmelton.ceramics' })
  expect(body.expiresInSeconds).toBeGreaterThan(59 * 86_400)
})

it('delivers a given item, signed, and knows its sender from then on', async () => {
  const { ask, receiver, accountRef, send } = await aSandbox()
  const item = {
    sender: { id: '1000000000000042' },
    recipient: { id: accountRef },
    timestamp: Date.now(),
    message: { mid: 'aWdfByHand', text: 'Hello by hand' },
  }
  expect((await send('1000000000000042')).body.error.error_subcode).toBe(2_534_014)
  expect(await ask('POST', '/deliveries', { items: [item] })).toEqual({ status: 201, body: { id: 1, status: 200 } })
  expect(receiver.items()).toEqual([item])
  expect((await send('1000000000000042')).status).toBe(200)
})

it('delivers a whole body of any shape', async () => {
  const { ask, receiver } = await aSandbox()
  await ask('POST', '/deliveries', { envelope: [{ object: 'instagram', entry: [] }] })
  expect(receiver.received[0]?.body).toBe('[{"object":"instagram","entry":[]}]')
  expect((await ask('GET', '/deliveries')).body.deliveries).toEqual([{ id: 1, attempts: 1, outcome: 'accepted' }])
})

it('lists arrivals, changes settings, orders trouble and tells the first conversations', async () => {
  const { ask, call } = await aSandbox()
  await call('/v26.0/me')
  expect((await ask('GET', '/arrivals')).body.arrivals).toHaveLength(1)
  expect((await ask('PATCH', '/settings', { clockOffsetMs: 1000, echoes: false })).body).toMatchObject({
    clockOffsetMs: 1000,
    echoes: false,
  })
  expect((await ask('GET', '/settings')).body).toMatchObject({ clockOffsetMs: 1000, echoDelayMs: 0 })
  expect((await ask('POST', '/faults', [{ match: {}, status: 503 }])).body.faults).toHaveLength(1)
  expect((await call('/v26.0/me').catch(() => ({ status: 503 }))).status).toBe(503)
  expect((await ask('DELETE', '/faults')).body).toEqual({ faults: [] })
  expect((await ask('POST', '/seed')).body).toEqual({ told: true })
  expect((await ask('POST', '/seed')).body).toEqual({ told: false })
})

it('says what is wrong with an order', async () => {
  const { ask } = await aSandbox()
  expect((await ask('POST', '/faults', [{ match: {}, status: 99 }])).status).toBe(422)
  expect((await ask('PATCH', '/settings', { echos: true })).status).toBe(422)
  expect((await ask('POST', '/deliveries', '{')).body).toEqual({ error: 'The body is not JSON' })
})

it('obeys no other website and no borrowed name', async () => {
  const { ask, url, sandbox } = await aSandbox()
  expect((await ask('POST', '/seed', undefined, { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
  expect((await ask('POST', '/seed', undefined, { 'sec-fetch-site': 'same-site' })).status).toBe(403)
  expect((await ask('POST', '/seed', undefined, { origin: 'https://evil.example' })).status).toBe(403)
  expect((await sandbox.app.request('http://evil.example/sandbox/account')).status).toBe(421)
  expect((await ask('POST', '/seed', undefined, { origin: url, 'sec-fetch-site': 'same-origin' })).status).toBe(200)
})
