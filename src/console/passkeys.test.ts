import { afterEach, describe, expect, it, vi } from 'vitest'
import { AppError } from '#src/domain/errors.ts'
import { aConsole, aForm, at, signedInAs } from '#tests/support/console.ts'
import { answerOf, creationOf, requestOf, toBytes, toText } from './assets/webauthn.js'

const step = { headers: { cookie: 'countersign-step=code' } }
const takesPasskey = async () => true

describe('the question for a passkey', () => {
  it('stands beside the one for a code for whoever has one, and says itself why it does not work without scripts', async () => {
    const { app } = aConsole({ signIn: { takesPasskey } })
    const html = await (await app.request('/sign-in/code?to=/outbox', step)).text()
    expect(html).toContain('action="/sign-in/passkey"')
    expect(html.match(/name="to" value="\/outbox"/g)).toHaveLength(2)
    expect(html).toContain('<noscript>')
    expect(html).toContain('action="/sign-in/code"')
    expect(await (await aConsole().app.request('/sign-in/code', step)).text()).not.toContain('passkey')
  })

  it('says once more what was wrong, and how long to wait', async () => {
    const until = new Date(at.getTime() + 5000)
    for (const [error, status, words] of [
      [new AppError('unauthenticated', 'Not taken', { field: 'passkey' }), 401, 'Not taken.'],
      [new AppError('rate_limited', 'Too many tries', { until }), 429, 'wait 5 s'],
    ] as const) {
      const { app } = aConsole({ signIn: { takesPasskey, enterPasskey: () => Promise.reject(error) } })
      const answer = await app.request('/sign-in/passkey', aForm({ passkey: '{}' }, step))
      expect(answer.status).toBe(status)
      expect(await answer.text()).toContain(words)
    }
  })

  it('is no form of another site’s', async () => {
    const { app } = aConsole()
    const foreign = aForm(
      {},
      { as: 'admin', headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' } },
    )
    for (const path of ['/me/passkeys/challenges', '/confirmation/challenges', '/sign-in/passkey/challenges']) {
      expect((await app.request(path, foreign)).status, path).toBe(403)
    }
  })
})

it('a passkey has the name of the browser it is made in until its owner gives it another', async () => {
  const { app } = aConsole()
  const { headers } = signedInAs('viewer')
  const agent = 'Mozilla/5.0 (Linux; Android 16) Chrome/150.0 Mobile'
  const html = await (await app.request('/me/passkeys/new', { headers: { ...headers, 'user-agent': agent } })).text()
  expect(html).toContain('value="Chrome on Android"')
})

describe('a browser that does not know passkeys as JSON', () => {
  afterEach(() => vi.unstubAllGlobals())

  it('is given bytes and gives text, of every length', () => {
    for (let length = 0; length < 70; length++) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 251 + 191) % 256)
      expect(toText(bytes)).toBe(Buffer.from(bytes).toString('base64url'))
      expect(toBytes(toText(bytes))).toEqual(bytes)
    }
  })

  it('is asked the same as the others', () => {
    const known = [{ type: 'public-key', id: '-_8', transports: ['usb'] }]
    const bytes = Uint8Array.from([251, 255])
    expect(creationOf({ challenge: '-_8', user: { id: '-_8', name: 'a' }, excludeCredentials: known })).toMatchObject({
      challenge: bytes,
      user: { id: bytes, name: 'a' },
      excludeCredentials: [{ type: 'public-key', id: bytes, transports: ['usb'] }],
    })
    expect(requestOf({ challenge: '-_8', rpId: 'x', allowCredentials: known })).toMatchObject({
      ...{ challenge: bytes, rpId: 'x', allowCredentials: [{ id: bytes }] },
    })
  })

  it('leaves it to one that does', () => {
    const parse = (asked: object) => ({ read: asked })
    vi.stubGlobal('PublicKeyCredential', { parseCreationOptionsFromJSON: parse, parseRequestOptionsFromJSON: parse })
    expect([creationOf({ a: 1 }), requestOf({ a: 2 })]).toEqual([{ read: { a: 1 } }, { read: { a: 2 } }])
  })

  it('answers with what the server reads, and no more', () => {
    const bytes = Uint8Array.from([251, 255]).buffer
    const made = { clientDataJSON: bytes, attestationObject: bytes, getTransports: () => ['internal'] }
    expect(answerOf({ rawId: bytes, response: made })).toEqual({
      ...{ id: '-_8', rawId: '-_8', type: 'public-key' },
      response: { clientDataJSON: '-_8', attestationObject: '-_8', transports: ['internal'] },
    })
    const used = { clientDataJSON: bytes, authenticatorData: bytes, signature: bytes, userHandle: bytes }
    expect(answerOf({ rawId: bytes, response: used })).toMatchObject({
      response: { clientDataJSON: '-_8', authenticatorData: '-_8', signature: '-_8' },
    })
  })
})
