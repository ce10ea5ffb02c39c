import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { aSandbox } from '#tests/support/sandbox.ts'

const PAGE_SECRET = 'test_page_secret_0123'
const APP = `1517776481860111|${PAGE_SECRET}`
const DAY_MS = 86_400_000

async function setUp() {
  const parts = await aSandbox({ pageSecret: PAGE_SECRET })
  const { control, call, ask } = parts
  const page = control.firsts().find(({ platform }) => platform === 'messenger')
  if (!page) throw new Error('No page is played')
  const { accountRef: pageRef, token: pageToken } = page
  const inspect = async (input = pageToken, as = APP) =>
    (await call(`/v26.0/debug_token?input_token=${input}`, { as })).body
  const proof = proofOf(pageToken)
  /** As the product calls for the Page. */
  const ofPage = (method: string, path: string, json?: unknown) =>
    call(`/v26.0/${path}${path.includes('?') ? '&' : '?'}appsecret_proof=${proof}`, { method, json, as: pageToken })
  const visitor = control.phone.meet('Eva', { accountRef: pageRef }).contactRef
  return {
    ...parts,
    pageRef,
    pageToken,
    inspect,
    ofPage,
    visitor,
    order: (path: string, json: object) => ask('PUT', path, json),
  }
}

function proofOf(token: string): string {
  return createHmac('sha256', PAGE_SECRET).update(token).digest('hex')
}

describe('looking into a Page’s token', () => {
  it('tells the app what it allows, whose it is, and that it has no end', async () => {
    const { inspect, pageRef } = await setUp()
    expect((await inspect()).data).toMatchObject({
      ...{ app_id: '1517776481860111', type: 'PAGE', is_valid: true, expires_at: 0, profile_id: pageRef },
      scopes: expect.arrayContaining(['pages_messaging', 'pages_manage_metadata']),
      user_id: expect.stringMatching(/^\d+$/),
    })
    const seconds = (await inspect()).data.data_access_expires_at
    expect(Math.abs(seconds * 1000 - Date.now() - 90 * DAY_MS)).toBeLessThan(60_000)
  })

  it('is for the app alone', async () => {
    const { inspect, pageToken } = await setUp()
    for (const as of [pageToken, '1517776481860111|wrong', `42|${PAGE_SECRET}`]) {
      expect((await inspect(pageToken, as)).error).toMatchObject({ code: 190 })
    }
    expect((await inspect('')).error).toMatchObject({ code: 100 })
  })

  it('says nothing of a token of Instagram’s or of nobody’s', async () => {
    const { inspect, token } = await setUp()
    for (const input of [token, 'EAAGnobody']) {
      expect((await inspect(input)).data).toMatchObject({ is_valid: false, scopes: [], error: { code: 190 } })
    }
  })

  it('names why it died, and a checkpoint that was passed brings it back', async () => {
    const { inspect, ask, pageRef, ofPage } = await setUp()
    for (const code of [460, 458, 463, 467, 459]) {
      await ask('POST', '/tokens', { accountRef: pageRef, dead: true, code })
      expect((await inspect()).data).toMatchObject({ is_valid: false, error: { code: 190, subcode: code } })
      expect((await ofPage('GET', 'me')).body.error).toMatchObject({ code: 190, error_subcode: code })
    }
    await ask('POST', '/tokens', { accountRef: pageRef, revived: true })
    expect((await inspect()).data.is_valid).toBe(true)
    expect((await ofPage('GET', 'me')).status).toBe(200)
  })

  it('shows what the owner took away, and those calls are refused', async () => {
    const { inspect, order, pageRef, ofPage, visitor, control } = await setUp()
    control.phone.write(visitor, { text: 'Hi' })
    const end = Date.UTC(2027, 0, 1)
    await order('/grants', { accountRef: pageRef, scopes: ['pages_show_list'], dataAccessExpiresAt: end })
    expect((await inspect()).data).toMatchObject({ scopes: ['pages_show_list'], data_access_expires_at: end / 1000 })
    const message = { recipient: { id: visitor }, messaging_type: 'RESPONSE', message: { text: 'Ja' } }
    expect((await ofPage('POST', `${pageRef}/messages`, message)).body.error).toMatchObject({ code: 10 })
    expect((await ofPage('POST', `${pageRef}/subscribed_apps?subscribed_fields=feed`)).body.error).toMatchObject({
      code: 200,
    })
  })
})

describe('the webhooks of an account', () => {
  it('are listed for each app, changed and ended', async () => {
    const { ofPage, pageRef, order } = await setUp()
    const apps = async () => (await ofPage('GET', `${pageRef}/subscribed_apps`)).body.data
    expect(await apps()).toMatchObject([
      { id: '1517776481860111', subscribed_fields: expect.arrayContaining(['messages', 'feed']) },
    ])
    await order('/subscriptions', { accountRef: pageRef, others: ['feed'] })
    expect((await ofPage('POST', `${pageRef}/subscribed_apps?subscribed_fields=messages,feed`)).body).toEqual({
      success: 'true',
    })
    expect(await apps()).toMatchObject([
      { subscribed_fields: ['messages', 'feed'] },
      { name: 'Postplan', subscribed_fields: ['feed'] },
    ])
    expect((await ofPage('DELETE', `${pageRef}/subscribed_apps`)).body).toEqual({ success: true })
    expect(await apps()).toMatchObject([{ name: 'Postplan' }])
    for (const fields of ['', 'messages,nonsense']) {
      expect((await ofPage('POST', `${pageRef}/subscribed_apps?subscribed_fields=${fields}`)).body.error.code).toBe(100)
    }
    expect((await ofPage('GET', '12345/subscribed_apps')).body.error.code).toBe(100)
  })

  it('that Meta dropped are not delivered until the app asks for them again', async () => {
    const { ofPage, pageRef, order, control, visitor, receiver, accountRef, aContact } = await setUp()
    await order('/subscriptions', { accountRef: pageRef, fields: [] })
    expect(await control.phone.write(visitor, { text: 'lost' }).delivered).toEqual({ id: 0, status: 0 })
    aContact('Instagram goes on')
    await ofPage('POST', `${pageRef}/subscribed_apps?subscribed_fields=messages`)
    await control.phone.write(visitor, { text: 'heard' }).delivered
    const { mid } = control.phone.answerFromApp(visitor, { text: 'an echo' })
    await control.phone.react(mid, '❤️')
    await order('/subscriptions', { accountRef, fields: [] })
    aContact('nobody hears this')
    await control.phone.write(visitor, { text: 'heard too' }).delivered
    const texts = () => receiver.items().map((item) => item.message?.text)
    await expect.poll(() => texts().toSorted()).toEqual(['Instagram goes on', 'heard', 'heard too'])
  })

  it('come all to an Instagram account that has one of them', async () => {
    const { order, accountRef, aContact, receiver, call } = await setUp()
    await order('/subscriptions', { accountRef, fields: ['comments'] })
    aContact('Hi')
    await expect.poll(() => receiver.received).toHaveLength(1)
    expect(
      (await call(`/v26.0/${accountRef}/subscribed_apps?subscribed_fields=messages`, { method: 'POST' })).body,
    ).toEqual({ success: true })
  })
})
