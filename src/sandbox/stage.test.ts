import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { aSandbox } from '#tests/support/sandbox.ts'

const NOBODY_LISTENS = 'http://127.0.0.1:9/webhooks/instagram'

function aStatePath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sandbox-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return join(folder, 'sandbox.jsonl')
}

describe('accounts', () => {
  it('opens a thousand, each with a token and a name of its own, after the first shop', async () => {
    const { ask, accountRef, token } = await aSandbox()
    const { status, body } = await ask('POST', '/accounts', { count: 1000 })
    expect(status).toBe(201)
    expect(body.accounts).toHaveLength(1000)
    const all = (await ask('GET', '/accounts')).body.accounts
    expect(all).toHaveLength(1001)
    expect(all[0]).toMatchObject({ accountRef, token, username: 'murmelton.ceramics' })
    for (const key of ['accountRef', 'token', 'name', 'username']) {
      expect(new Set(all.map((account: Record<string, string>) => account[key])).size).toBe(1001)
    }
    expect(all[1000].expiresInSeconds).toBeGreaterThan(59 * 86_400)
  })

  it('shows each account its own people and threads, and nobody else’s', async () => {
    const { ask, call, send, receiver } = await aSandbox()
    const [one, two] = (await ask('POST', '/accounts', { count: 2 })).body.accounts
    const { contactRef } = (await ask('POST', '/people', { accountRef: one.accountRef, name: 'Ida Own' })).body
    const { mid } = (await ask('POST', '/messages', { contactRef, text: 'To the first' })).body
    await expect.poll(() => receiver.items()).toHaveLength(1)
    expect(receiver.items()[0]).toMatchObject({ sender: { id: contactRef }, recipient: { id: one.accountRef } })
    expect(JSON.parse(receiver.received[0]?.body ?? '').entry[0].id).toBe(one.accountRef)
    const path = '/v26.0/me/conversations?platform=instagram'
    expect((await call(path, { as: one.token })).body.data).toHaveLength(1)
    expect((await call(path, { as: two.token })).body.data).toHaveLength(0)
    expect((await call(`/v26.0/${mid}?fields=message`, { as: two.token })).body.error.code).toBe(100)
    expect((await call('/v26.0/me?fields=user_id', { as: two.token })).body.user_id).toBe(two.accountRef)
    expect((await send(contactRef)).body.error.error_subcode).toBe(2_534_014)
    const json = { recipient: { id: contactRef }, message: { text: 'Hello Ida' } }
    const path2 = `/v26.0/${one.accountRef}/messages`
    expect((await call(path2, { method: 'POST', json, as: one.token })).status).toBe(200)
    expect((await call(path2, { method: 'POST', json, as: two.token })).body.error.error_subcode).toBe(33)
  })

  it('gives each account usage figures of its own', async () => {
    const { ask, call } = await aSandbox()
    const [one] = (await ask('POST', '/accounts', { count: 1 })).body.accounts
    const { headers } = await call('/v26.0/me', { as: one.token })
    expect(Object.keys(JSON.parse(headers.get('x-business-use-case-usage') ?? ''))).toEqual([one.accountRef])
  })
})

describe('people and messages', () => {
  it('writes for whom it is told, answers at once, and delivers by itself', async () => {
    const { ask, receiver, accountRef } = await aSandbox({ status: [500, 200] })
    const { status, body: person } = await ask('POST', '/people', { name: 'Anna' })
    expect(status).toBe(201)
    const at = Date.now() - 60_000
    const written = await ask('POST', '/messages', { contactRef: person.contactRef, text: 'One', at })
    expect(written).toEqual({ status: 201, body: { mid: expect.stringMatching(/^aWdf/) } })
    const items = ['Two', 'Three'].map((text) => ({ contactRef: person.contactRef, text }))
    const { body } = await ask('POST', '/messages', { items })
    expect(body.mids).toHaveLength(2)
    await expect.poll(() => receiver.received).toHaveLength(4)
    expect(receiver.items().find((item) => item.message.text === 'One')).toMatchObject({
      timestamp: at,
      recipient: { id: accountRef },
    })
  })

  it.each([
    ['/accounts', { count: 0 }, 'count'],
    ['/accounts', { count: 1, more: 1 }, 'more'],
    ['/people', { name: '' }, 'name'],
    ['/people', { name: 'A', accountRef: '1' }, 'accountRef'],
    ['/messages', { contactRef: '1', text: 'x' }, 'contactRef'],
    ['/messages', { contactRef: '1' }, 'text'],
    ['/messages', { items: [{ contactRef: '1', text: 'x' }] }, 'items[0].contactRef'],
    ['/messages', { items: [{ contactRef: '1', text: '' }] }, 'items[0].text'],
    ['/tokens', { accountRef: '1' }, 'accountRef'],
    ['/tokens', { dead: true }, 'accountRef'],
  ])('names the field of an order to %s that is wrong: %j', async (path, json, field) => {
    const { ask } = await aSandbox()
    const { status, body } = await ask('POST', path, json)
    expect(status).toBe(422)
    expect(body.error).toContain(field)
  })
})

describe('tokens', () => {
  it('kills the present token and all before it, until a new one is fetched', async () => {
    const { ask, call, accountRef, token } = await aSandbox()
    const { body: second } = await ask('POST', '/tokens', { accountRef })
    expect(second.token).not.toBe(token)
    expect((await call('/v26.0/me')).status).toBe(200)
    expect((await ask('POST', '/tokens', { accountRef, dead: true })).status).toBe(201)
    for (const as of [token, second.token]) {
      expect((await call('/v26.0/me', { as })).body.error.code).toBe(190)
      const refresh = await call('/refresh_access_token?grant_type=ig_refresh_token', { as })
      expect(refresh.body.error.code).toBe(190)
    }
    const { body: third } = await ask('POST', '/tokens', { accountRef })
    expect((await call('/v26.0/me', { as: third.token })).status).toBe(200)
    expect((await ask('GET', '/account')).body.token).toBe(third.token)
  })
})

describe('the record', () => {
  it('says what came, what was said and what was delivered', async () => {
    const { ask, send, accountRef, aContact, receiver } = await aSandbox()
    const { contactRef, mid } = aContact('A question')
    await expect.poll(() => receiver.received).toHaveLength(1)
    const sent = await send(contactRef, { text: 'An answer' })
    await expect.poll(() => receiver.received).toHaveLength(2)
    await send(contactRef, { text: ' ' })
    const { body } = await ask('GET', '/record')
    const call = { method: 'POST', path: '/v26.0/me/messages', accountRef, contactRef, at: expect.any(Number) }
    expect(body.arrivals).toEqual([
      { ...call, status: 200, text: 'An answer', mid: sent.body.message_id, kept: true },
      { ...call, status: 400, code: '100/2534015', text: ' ', kept: false },
    ])
    expect(body.messages).toEqual([
      { mid, accountRef, contactRef, from: 'contact', text: 'A question', at: expect.any(Number) },
      { mid: sent.body.message_id, accountRef, contactRef, from: 'account', text: 'An answer', at: expect.any(Number) },
    ])
    const delivery = { thread: contactRef, attempts: 1, outcome: 'accepted', at: expect.any(Number) }
    expect(body.deliveries).toEqual([
      { ...delivery, id: 1, mids: [mid], acceptedAt: expect.any(Number) },
      { ...delivery, id: 2, mids: [sent.body.message_id], acceptedAt: expect.any(Number) },
    ])
    expect((await ask('GET', '/record?since=1')).body.arrivals).toEqual(body.arrivals.slice(1))
    expect((await ask('GET', '/record?since=2&only=arrivals')).body).toEqual({ arrivals: [] })
    expect((await ask('GET', '/record?since=-1')).status).toBe(422)
  })

  it('times an arrival by its head, with fractions of a millisecond', async () => {
    const { call, control } = await aSandbox()
    for (let i = 0; i < 8; i++) await call('/v26.0/me')
    const times = control.arrivals().map(({ at }) => at)
    expect(times).toEqual([...times].sort((a, b) => a - b))
    expect(times.some((at) => !Number.isInteger(at))).toBe(true)
  })

  it('is the same after a restart: accounts, people, messages, tokens, weather and what is on its way', async () => {
    const statePath = aStatePath()
    const first = await aSandbox({ statePath, webhookUrl: NOBODY_LISTENS })
    const [opened] = (await first.ask('POST', '/accounts', { count: 3 })).body.accounts
    const { accountRef } = opened
    const { contactRef } = (await first.ask('POST', '/people', { accountRef, name: 'Ida' })).body
    const { mid } = (await first.ask('POST', '/messages', { contactRef, text: 'Still on its way' })).body
    await first.ask('POST', '/tokens', { accountRef, dead: true })
    const { body: fresh } = await first.ask('POST', '/tokens', { accountRef })
    await first.ask('PUT', '/weather', { seed: 5, deliveries: { duplicate: 1 } })
    await expect.poll(() => first.control.deliveries()[0]?.attempts).toBeGreaterThan(1)
    await first.sandbox.close()
    const { attempts } = first.control.deliveries()[0] ?? { attempts: 0 }

    const second = await aSandbox({ statePath })
    expect((await second.ask('GET', '/accounts')).body.accounts[1].token).toBe(fresh.token)
    expect((await second.call('/v26.0/me', { as: opened.token })).body.error.code).toBe(190)
    expect((await second.ask('GET', '/weather')).body).toMatchObject({ seed: 5, deliveries: { duplicate: 1 } })
    await expect.poll(() => second.receiver.items().map((item) => item.message.mid)).toEqual([mid])
    await expect.poll(() => second.control.deliveries()[0]).toMatchObject({ outcome: 'accepted' })
    expect(second.control.deliveries()[0]?.attempts).toBe(attempts + 1)
  })
})
