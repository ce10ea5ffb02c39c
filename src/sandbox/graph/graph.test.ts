import { describe, expect, it } from 'vitest'
import { aSandbox } from '#tests/support/sandbox.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

describe('sending', () => {
  it('keeps a reply and answers with the recipient and the message id', async () => {
    const { send, aContact, call } = await aSandbox()
    const { contactRef } = aContact()
    const { status, body } = await send(contactRef, { text: 'Ja, in 2–3 Tagen. 📦' })
    expect(status).toBe(200)
    expect(body).toEqual({ recipient_id: contactRef, message_id: expect.stringMatching(/^aWdf/) })
    const kept = await call(`/v26.0/${body.message_id}?fields=message,from`)
    expect(kept.body.message).toBe('Ja, in 2–3 Tagen. 📦')
  })

  it('takes the account id of webhooks in the path, and not the app-scoped one', async () => {
    const { call, aContact, accountRef } = await aSandbox()
    const json = { recipient: { id: aContact().contactRef }, message: { text: 'Hello' } }
    expect((await call(`/v26.0/${accountRef}/messages`, { method: 'POST', json })).status).toBe(200)
    const { body: me } = await call('/v26.0/me?fields=id,user_id')
    expect(me.user_id).toBe(accountRef)
    const scoped = await call(`/v26.0/${me.id}/messages`, { method: 'POST', json })
    expect(scoped.body.error).toMatchObject({ code: 100, error_subcode: 33 })
  })

  it('echoes each reply once, under the same id', async () => {
    const { send, aContact, receiver, accountRef } = await aSandbox()
    const { contactRef } = aContact()
    const { body } = await send(contactRef, { text: 'Twice is too often' })
    const echoes = () => receiver.items().filter((item) => item.message?.is_echo)
    await expect.poll(echoes).toHaveLength(1)
    expect(echoes()[0]).toMatchObject({
      sender: { id: accountRef },
      recipient: { id: contactRef },
      message: { mid: body.message_id, text: 'Twice is too often' },
    })
    await send(contactRef, { text: 'And another' })
    await expect.poll(echoes).toHaveLength(2)
    expect(new Set(echoes().map((item) => item.message.mid)).size).toBe(2)
  })

  it('keeps its echoes to itself when told to', async () => {
    const { send, aContact, receiver, control } = await aSandbox()
    control.change({ echoes: false, readReceipts: true })
    const { contactRef } = aContact()
    const { body } = await send(contactRef)
    await expect.poll(() => receiver.items().filter((item) => item.read)).toHaveLength(1)
    expect(receiver.items().filter((item) => item.message?.is_echo)).toEqual([])
    expect(receiver.items().find((item) => item.read).read.mid).toBe(body.message_id)
  })

  it('counts a text in bytes: a thousand fit, one more is refused', async () => {
    const { send, aContact } = await aSandbox()
    const { contactRef } = aContact()
    expect((await send(contactRef, { text: '🙂'.repeat(250) })).status).toBe(200)
    const { status, body } = await send(contactRef, { text: `${'🙂'.repeat(250)}!` })
    expect(status).toBe(400)
    expect(body.error).toMatchObject({ code: 100, error_subcode: 2_534_015, type: 'IGApiException' })
    expect(body.error.fbtrace_id).toEqual(expect.any(String))
  })

  it.each([
    ['nobody it knows', { recipient: { id: '1999999999999999' }, message: { text: 'x' } }, '100/2534014'],
    ['no recipient', { message: { text: 'x' } }, '100'],
    ['an empty text', { text: ' ' }, '100/2534015'],
    ['no message', undefined, '100/2534015'],
    [
      'a message with an action',
      { recipient: 'them', message: { text: 'x' }, sender_action: 'typing_on' },
      '100/2018014',
    ],
    ['an action that does not exist', { recipient: 'them', sender_action: 'dance' }, '100'],
    ['a private reply', { recipient: { comment_id: '18000000000000010' }, message: { text: 'x' } }, '100/2534025'],
    [
      'a tag that is gone',
      { recipient: 'them', message: { text: 'x' }, messaging_type: 'MESSAGE_TAG', tag: 'ACCOUNT_UPDATE' },
      '100',
    ],
    [
      'the human agent tag',
      { recipient: 'them', message: { text: 'x' }, messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' },
      '10',
    ],
    ['a body that is not JSON', '{"recipient":', '100'],
  ])('refuses %s and keeps nothing', async (_, given, code) => {
    const { call, aContact, control } = await aSandbox()
    const { contactRef } = aContact()
    const json = typeof given === 'string' ? given : bodyOf(given, { id: contactRef })
    const { status, body } = await call('/v26.0/me/messages', { method: 'POST', json })
    expect([body.error.code, body.error.error_subcode].filter(Boolean).join('/')).toBe(code)
    expect(status).toBeGreaterThanOrEqual(400)
    const arrival = control.arrivals().at(-1)
    expect(arrival).toMatchObject({ code, status })
    expect(arrival?.mid).toBeUndefined()
    const thread = await call(`/v26.0/me/conversations?platform=instagram&user_id=${contactRef}&fields=messages`)
    expect(thread.body.data[0].messages.data).toHaveLength(1)
  })

  it('lets replies out for a day after the contact wrote, and no longer', async () => {
    const { send, aContact, control } = await aSandbox()
    const { contactRef } = aContact()
    control.change({ clockOffsetMs: DAY_MS - 60_000 })
    expect((await send(contactRef)).status).toBe(200)
    control.change({ clockOffsetMs: DAY_MS + 1000 })
    const { status, body } = await send(contactRef)
    expect(status).toBe(403)
    expect(body.error).toMatchObject({ code: 10, error_subcode: 2_534_022 })
  })

  it('opens the window again for a reaction, and never for somebody who has not written', async () => {
    const { send, aContact, control } = await aSandbox()
    const { contactRef } = aContact()
    const { body } = await send(contactRef)
    control.change({ clockOffsetMs: 2 * DAY_MS })
    expect((await send(contactRef)).status).toBe(403)
    control.phone.react(body.message_id, '❤️')
    expect((await send(contactRef)).status).toBe(200)
    expect((await send(control.phone.meet('Silent Sam').contactRef)).body.error.error_subcode).toBe(2_534_022)
  })

  it('takes typing and reading for what they are: no message', async () => {
    const { call, aContact, control } = await aSandbox()
    const { contactRef } = aContact()
    const json = { recipient: { id: contactRef }, sender_action: 'mark_seen' }
    const { body } = await call('/v26.0/me/messages', { method: 'POST', json })
    expect(body).toEqual({ recipient_id: contactRef })
    expect(control.arrivals().at(-1)?.mid).toBeUndefined()
  })
})

describe('tokens', () => {
  it('refuses a missing or unknown token with 190, and takes a good one in the query too', async () => {
    const { call, url, token } = await aSandbox()
    const bare = await fetch(`${url}/v26.0/me`)
    expect(bare.status).toBe(400)
    expect(await bare.json()).toMatchObject({ error: { code: 190, type: 'OAuthException' } })
    expect((await call('/v26.0/me', { as: 'IGAAwrong' })).body.error.code).toBe(190)
    expect((await fetch(`${url}/v26.0/me?access_token=${token}`)).status).toBe(200)
  })

  it('lets a token die after sixty days, and says that it expired', async () => {
    const { call, control } = await aSandbox()
    control.change({ clockOffsetMs: 59 * DAY_MS })
    expect((await call('/v26.0/me')).status).toBe(200)
    control.change({ clockOffsetMs: 60 * DAY_MS })
    const { status, body } = await call('/v26.0/me')
    expect(status).toBe(401)
    expect(body.error).toMatchObject({ code: 190, error_subcode: 463 })
    const late = await call('/refresh_access_token?grant_type=ig_refresh_token')
    expect(late.body.error).toMatchObject({ code: 190, error_subcode: 463 })
  })

  it('refreshes from the first day on, for sixty more, and leaves the old token alive until its end', async () => {
    const { call, control, token } = await aSandbox()
    const refresh = '/refresh_access_token?grant_type=ig_refresh_token'
    expect((await call(refresh)).body.error.code).toBe(100)
    control.change({ clockOffsetMs: DAY_MS })
    expect((await call('/refresh_access_token')).body.error.code).toBe(100)
    const { body } = await call(refresh)
    expect(body).toEqual({ access_token: expect.stringMatching(/^IGAA/), token_type: 'bearer', expires_in: 5_183_944 })
    expect(body.access_token).not.toBe(token)
    expect(control.account().token).toBe(body.access_token)
    control.change({ clockOffsetMs: 60 * DAY_MS })
    expect((await call('/v26.0/me', { as: body.access_token })).status).toBe(200)
    expect((await call('/v26.0/me')).status).toBe(401)
  })
})

describe('reading', () => {
  it('tells who the account is, field by field', async () => {
    const { call, accountRef } = await aSandbox()
    const { body } = await call('/v26.0/me?fields=user_id,username')
    expect(body).toEqual({ id: expect.any(String), user_id: accountRef, username: 'murmelton.ceramics' })
    expect((await call('/v26.0/me?fields=shoe_size')).body.error.code).toBe(100)
  })

  it('shows the profile of somebody who has written, and of nobody else', async () => {
    const { call, aContact, control } = await aSandbox()
    const { contactRef } = aContact()
    const { body } = await call(`/v26.0/${contactRef}?fields=name,username,profile_pic`)
    expect(body).toEqual({ id: contactRef, name: 'Anna Berger', username: 'anna.berger' })
    const silent = control.phone.meet('Silent Sam')
    expect((await call(`/v26.0/${silent.contactRef}?fields=name`)).body.error.code).toBe(230)
    expect((await call('/v26.0/1999999999999999?fields=name')).body.error.code).toBe(9010)
  })

  it('finds the thread of a contact and reads it back, newest first', async () => {
    const { call, aContact, send, accountRef } = await aPatientReader()
    const { contactRef, mid } = aContact('First')
    aContact('Somebody else')
    const reply = await send(contactRef, { text: 'Second' })
    const list = await call(`/v26.0/me/conversations?platform=instagram&user_id=${contactRef}`)
    expect(list.body).toEqual({ data: [{ id: expect.any(String) }] })
    const conversation = list.body.data[0].id
    for (const path of [`/v26.0/${conversation}?fields=messages`, `/v26.0/${conversation}/messages`]) {
      const { body } = await call(path)
      const { data } = body.messages ?? body
      expect(data.map((message: { id: string }) => message.id)).toEqual([reply.body.message_id, mid])
      expect(data[0].created_time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000$/)
    }
    const nested = await call(`/v26.0/${conversation}?fields=messages{id,from,to,message}`)
    expect(nested.body.messages.data[0]).toEqual({
      id: reply.body.message_id,
      from: { id: accountRef, username: 'murmelton.ceramics' },
      to: { data: [{ id: contactRef, username: 'anna.berger' }] },
      message: 'Second',
    })
  })

  it('lists every thread with its time, the newest first', async () => {
    const { call, aContact } = await aSandbox()
    aContact()
    aContact()
    const { body } = await call('/v26.0/me/conversations?platform=instagram')
    expect(body.data).toHaveLength(2)
    expect(body.data[0]).toEqual({ id: expect.any(String), updated_time: expect.any(String) })
    expect((await call('/v26.0/me/conversations')).body.error.code).toBe(100)
  })

  it('keeps the details of the twenty newest messages, and of none that was unsent', async () => {
    const { call, aContact, control } = await aPatientReader()
    const { contactRef, mid: oldest } = aContact()
    for (let i = 0; i < 19; i++) control.phone.write(contactRef, { text: `line ${i}` })
    expect((await call(`/v26.0/${oldest}?fields=message`)).status).toBe(200)
    const { mid: newest } = control.phone.write(contactRef, { text: 'one more' })
    expect((await call(`/v26.0/${oldest}?fields=message`)).body.error.code).toBe(9_000_001)
    expect((await call(`/v26.0/${newest}?fields=message`)).body.message).toBe('one more')
    control.phone.unsend(newest)
    expect((await call(`/v26.0/${newest}?fields=message`)).body.error.code).toBe(9_000_001)
  })

  it('answers for nothing it does not know', async () => {
    const { call } = await aSandbox()
    expect((await call('/v26.0/aWdfNothing?fields=id')).body.error).toMatchObject({ code: 100, error_subcode: 33 })
    expect((await call('/v26.0/aWdfNothing/messages')).body.error).toMatchObject({ code: 100, error_subcode: 33 })
    expect((await call('/nowhere')).body.error.code).toBe(2500)
  })
})

describe('the record', () => {
  it('puts the usage headers on every answer, with figures that can be set', async () => {
    const { call, control, accountRef } = await aSandbox()
    const { headers } = await call('/v26.0/me')
    expect(JSON.parse(headers.get('x-app-usage') ?? '')).toEqual({ call_count: 0, total_cputime: 0, total_time: 0 })
    control.change({ usagePercent: 100 })
    const business = JSON.parse((await call('/v26.0/me')).headers.get('x-business-use-case-usage') ?? '')
    expect(business[accountRef][0]).toMatchObject({
      type: 'instagram',
      call_count: 100,
      estimated_time_to_regain_access: 1,
    })
  })

  it('writes down every call with its time, and no token', async () => {
    const { call, send, aContact, control, token, url } = await aSandbox()
    const { contactRef } = aContact()
    const before = performance.timeOrigin + performance.now()
    const { body } = await send(contactRef, { text: 'Here you go' })
    await call('/v26.0/me', { as: 'IGAAwrong' })
    await fetch(`${url}/v26.0/me?access_token=${token}`)
    const [sent, refused] = control.arrivals()
    expect(sent).toMatchObject({
      method: 'POST',
      path: '/v26.0/me/messages',
      status: 200,
      contactRef,
      text: 'Here you go',
      mid: body.message_id,
    })
    expect(sent?.at).toBeGreaterThanOrEqual(before)
    expect(refused).toMatchObject({ status: 400, code: '190' })
    expect(control.arrivals()).toHaveLength(3)
    expect(JSON.stringify(control.arrivals())).not.toContain('IGAA')
  })
})

/** Lets a second pass before each call. */
async function aPatientReader() {
  let ms = Date.now()
  const sandbox = await aSandbox({ now: () => new Date(ms) })
  const call: typeof sandbox.call = (...asked) => {
    ms += 1000
    return sandbox.call(...asked)
  }
  return { ...sandbox, call }
}

function bodyOf(given: object | undefined, recipient: { id: string }): unknown {
  if (given === undefined) return { recipient }
  if ('text' in given) return { recipient, message: given }
  return 'recipient' in given && given.recipient === 'them' ? { ...given, recipient } : given
}
