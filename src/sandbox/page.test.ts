import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { metaSignature } from '#tests/support/receiver.ts'
import { APP_SECRET, aSandbox } from '#tests/support/sandbox.ts'
import { createTally } from './graph/tally.ts'
import { emptyWorld } from './world.ts'

const PAGE_SECRET = 'test_page_secret_0123'

/** A sandbox that plays a Page too, and somebody who has just written to it. */
async function aPage() {
  const parts = await aSandbox({ pageSecret: PAGE_SECRET })
  const page = parts.control.firsts().find(({ platform }) => platform === 'messenger')
  if (!page) throw new Error('No Page is played')
  const { accountRef, token } = page
  const proof = createHmac('sha256', PAGE_SECRET).update(token).digest('hex')
  const { contactRef } = parts.control.phone.meet('Eva Berg', { accountRef })
  const { mid } = parts.control.phone.write(contactRef, { text: 'Open on Sunday?' })
  await expect.poll(() => parts.receiver.items()).toHaveLength(1)

  const ask = (path: string, options: { method?: string; json?: unknown; proof?: string } = {}) =>
    parts.call(`${path}${path.includes('?') ? '&' : '?'}appsecret_proof=${options.proof ?? proof}`, {
      ...options,
      as: token,
    })
  const send = (message: object, more: object = { messaging_type: 'RESPONSE' }) =>
    ask(`/v26.0/${accountRef}/messages`, {
      method: 'POST',
      json: { recipient: { id: contactRef }, message, ...more },
    })
  return { ...parts, accountRef, contactRef, mid, ask, send }
}

describe('a Page', () => {
  it('is not played without a secret for it', async () => {
    const { control } = await aSandbox()
    expect(control.firsts().map(({ platform }) => platform)).toEqual(['instagram'])
  })

  it('is written to: its own door, its own secret, and an envelope that says so', async () => {
    const { receiver, accountRef, contactRef, mid } = await aPage()
    const [delivery] = receiver.received
    expect(delivery?.path).toBe('/webhooks/messenger')
    expect(delivery?.signature).toBe(metaSignature(delivery?.body ?? '', PAGE_SECRET))
    expect(delivery?.signature).not.toBe(metaSignature(delivery?.body ?? '', APP_SECRET))
    expect(JSON.parse(delivery?.body ?? '')).toMatchObject({ object: 'page', entry: [{ id: accountRef }] })
    expect(receiver.items()[0]).toMatchObject({ sender: { id: contactRef }, message: { mid } })
    expect(mid).toMatch(/^m_/)
  })

  it('answers, and its echo names the app and hands back what went along', async () => {
    const { receiver, send, control, contactRef } = await aPage()
    const { status, body } = await send({ text: 'From ten.', metadata: 'pst_1' })
    expect(status).toBe(200)
    expect(body.recipient_id).toBe(contactRef)
    await expect.poll(() => receiver.items()).toHaveLength(2)
    expect(receiver.items()[1].message).toEqual({
      mid: body.message_id,
      text: 'From ten.',
      is_echo: true,
      app_id: 1517776481860111,
      metadata: 'pst_1',
    })
    control.phone.answerFromApp(contactRef, { text: 'Or by appointment.' })
    await expect.poll(() => receiver.items()).toHaveLength(3)
    expect(receiver.items()[2].message).toMatchObject({ is_echo: true, app_id: 26390203743090 })
    expect(receiver.items()[2].message).not.toHaveProperty('metadata')
  })

  it('is read up to a moment, and tells nobody when somebody unsends', async () => {
    const { receiver, send, control, mid } = await aPage()
    const { body } = await send({ text: 'From ten.' })
    await control.phone.read(body.message_id)
    const at = receiver.items()[1].timestamp
    expect(receiver.items().at(-1)).toMatchObject({ read: { watermark: at } })
    expect(control.phone.unsend(mid)).toBeUndefined()
  })

  it('shows itself, its threads and its people to its own token', async () => {
    const { ask, accountRef, contactRef, mid } = await aPage()
    expect((await ask('/v26.0/me?fields=id,name')).body).toEqual({ id: accountRef, name: 'Murmelton Ceramics' })
    expect((await ask(`/v26.0/${contactRef}?fields=name,first_name,last_name`)).body).toEqual({
      id: contactRef,
      name: 'Eva Berg',
      first_name: 'Eva',
      last_name: 'Berg',
    })
    const path = `/v26.0/${accountRef}/conversations?user_id=${contactRef}&platform=`
    const [thread] = (await ask(`${path}messenger`)).body.data
    expect(thread.id).toMatch(/^t_/)
    const { data } = (await ask(`/v26.0/${thread.id}/messages?fields=id,message,from`)).body
    expect(data).toEqual([{ id: mid, message: 'Open on Sunday?', from: { id: contactRef, name: 'Eva Berg' } }])
  })

  it('has no threads of Instagram', async () => {
    const { ask, accountRef } = await aPage()
    expect((await ask(`/v26.0/${accountRef}/conversations?platform=instagram`)).status).toBe(400)
  })

  it.each<[string, object, object | undefined, string]>([
    ['too many characters', { text: 'ü'.repeat(2001) }, undefined, '100'],
    ['no type', { text: 'x' }, {}, '100'],
    ['a tag', { text: 'x' }, { messaging_type: 'MESSAGE_TAG', tag: 'ACCOUNT_UPDATE' }, '100'],
    ['nothing in it', { text: ' ' }, undefined, '100/2534015'],
  ])('refuses a message with %s', async (_case, message, more, code) => {
    const { send, control } = await aPage()
    expect((await send(message, more)).status).toBe(400)
    expect(control.arrivals().at(-1)).toMatchObject({ code, kept: false })
  })

  it('takes 2,000 characters, and nothing once the window is closed', async () => {
    const { send, control } = await aPage()
    expect((await send({ text: 'ü'.repeat(2000) })).status).toBe(200)
    control.change({ clockOffsetMs: 24 * 3_600_000 })
    expect((await send({ text: 'x' })).body.error).toMatchObject({ code: 10, error_subcode: 2_018_278 })
  })

  it('demands the proof of its app with every call', async () => {
    const { ask, control, accountRef } = await aPage()
    for (const proof of ['', '0'.repeat(64)]) {
      expect((await ask('/v26.0/me', { proof })).body.error).toMatchObject({ code: 100 })
    }
    expect(control.arrivals().at(-1)).toMatchObject({ accountRef, code: '100', status: 400 })
  })

  it('has a token without an end that cannot be renewed', async () => {
    const { ask, control } = await aPage()
    control.change({ clockOffsetMs: 400 * 24 * 3_600_000 })
    expect((await ask('/v26.0/me?fields=id')).status).toBe(200)
    expect((await ask('/refresh_access_token?grant_type=ig_refresh_token')).body.error.code).toBe(2500)
    expect(control.firsts().map(({ expiresInSeconds }) => expiresInSeconds)).toEqual([expect.any(Number), null])
  })

  it('meets with the same faults as Instagram, and its calls are written down', async () => {
    const { send, control, accountRef, contactRef, receiver } = await aPage()
    control.faults.queue([{ match: { path: '/messages$', accountRef }, after: 'commit', status: 500, body: {} }])
    expect((await send({ text: 'From ten.' })).status).toBe(500)
    expect(control.arrivals().at(-1)).toMatchObject({
      accountRef,
      contactRef,
      kept: true,
      trouble: 'rule',
      status: 500,
    })
    await expect.poll(() => receiver.items()).toHaveLength(2)
  })

  it('is over its limit with the 41st send of a second, an Instagram account with the 101st', () => {
    const world = emptyWorld()
    const named = { scopedRef: '1', username: 'a', name: 'A' }
    world.accounts.set('page', { accountRef: 'page', ...named, platform: 'messenger' })
    const tally = createTally(world)
    const firstOver = (accountRef: string) => {
      for (let sent = 1; sent <= 200; sent++) {
        const call = {
          at: 1_000_000 + sent,
          method: 'POST',
          path: `/v26.0/${accountRef}/messages`,
          status: 0,
          accountRef,
        }
        if (tally.head(call).isOver) return sent
      }
    }
    expect([firstOver('page'), firstOver('shop')]).toEqual([41, 101])
  })

  it('opens further ones that nobody confuses', async () => {
    const { control } = await aPage()
    const opened = control.stage.open({ count: 3, platform: 'messenger' })
    expect(new Set(opened.map(({ accountRef, token }) => `${accountRef} ${token}`)).size).toBe(3)
    expect(
      opened.every(({ platform, expiresInSeconds }) => platform === 'messenger' && expiresInSeconds === null),
    ).toBe(true)
    expect(control.stage.accounts()).toHaveLength(5)
  })

  it('has its first conversations told with the shop’s', async () => {
    const { control, receiver } = await aPage()
    control.tell()
    await expect.poll(() => receiver.received.filter(({ path }) => path === '/webhooks/messenger').length).toBe(8)
  })
})
