// Loaded with this file, and not within the time of the first test.
import '@simplewebauthn/server'
import '@simplewebauthn/server/helpers'
import { describe, expect, it } from 'vitest'
import { passkeySite } from '#src/domain/passkey.ts'
import { aSecurityKey, type Faults } from '#tests/support/passkeys.ts'
import { checkAssertion, checkCreation, creationOptions, readAssertion, requestOptions } from './passkeys.ts'

const ORIGIN = 'https://answers.example.com'
const site = passkeySite(ORIGIN)!
const challenge = 'a'.repeat(43)
const expected = { site, isChallenge: (given: string) => given === challenge }
const user = { handle: 'aGFuZGxl', name: 'Ada', email: 'ada@example.com' }

async function aPasskey() {
  const key = aSecurityKey(ORIGIN)
  const made = await checkCreation(key.create(creationOptions(site, { challenge, user, known: [] })), expected)
  if (!made) throw new Error('not made')
  const asked = requestOptions(site, { challenge, known: [made] })
  const use = (faults: Faults = {}, { publicKey }: { publicKey: string | undefined } = made) =>
    checkAssertion(readAssertion(key.get(asked, faults))!, { ...expected, publicKey })
  return { key, made, asked, use }
}

const wrong: [string, Faults][] = [
  ['another origin', { origin: 'https://answers.example.com.evil.example' }],
  ['our name over plain http', { origin: 'http://answers.example.com' }],
  ['another party', { rpId: 'evil.example' }],
  ['another challenge', { challenge: 'b'.repeat(43) }],
  ['no finger and no PIN', { unverified: true }],
]

describe('a passkey that is made', () => {
  it('is asked for with the person’s eyes on it, and without those that are there', async () => {
    const { made } = await aPasskey()
    expect(creationOptions(site, { challenge, user, known: [made] })).toMatchObject({
      rp: { id: 'answers.example.com' },
      user: { id: 'aGFuZGxl', name: 'ada@example.com' },
      excludeCredentials: [{ id: made.credentialId, transports: ['usb'] }],
      authenticatorSelection: { userVerification: 'required' },
      attestation: 'none',
    })
  })

  it.each([...wrong, ['an answer to something else', { type: 'webauthn.get' }] as [string, Faults]])(
    'is none with %s',
    async (_what, faults) => {
      const key = aSecurityKey(ORIGIN)
      const asked = creationOptions(site, { challenge, user, known: [] })
      expect(await checkCreation(key.create(asked, faults), expected)).toBeUndefined()
      expect(await checkCreation(key.create(asked), expected)).toMatchObject({ credentialId: key.id, signCount: 2 })
    },
  )

  it('is none with a certificate of its maker, which nobody asked for and which could lead us anywhere', async () => {
    const asked = creationOptions(site, { challenge, user, known: [] })
    expect(await checkCreation(aSecurityKey(ORIGIN).create(asked, { certified: true }), expected)).toBeUndefined()
  })

  it.each(['', '{}', 'null', '[]', '{"id":"x","rawId":"x","type":"public-key","response":{}}'])(
    'is none when the answer is %s',
    async (text) => {
      expect(await checkCreation(text, expected)).toBeUndefined()
      expect(readAssertion(text)).toBeUndefined()
    },
  )
})

describe('a passkey that is used', () => {
  it('answers with its counter', async () => {
    const { use } = await aPasskey()
    expect([await use(), await use()]).toEqual([2, 3])
  })

  it.each([
    ...wrong,
    ['another key', { forged: true }] as [string, Faults],
    ['an answer to something else', { type: 'webauthn.create' }] as [string, Faults],
  ])('is none with %s', async (_what, faults) => {
    const { use } = await aPasskey()
    expect(await use(faults)).toBeUndefined()
    expect(await use()).toBeDefined()
  })

  it('is none once any bit of what was signed is turned', async () => {
    const { key, asked, made } = await aPasskey()
    const answer = readAssertion(key.get(asked))!
    for (const field of ['authenticatorData', 'signature', 'clientDataJSON'] as const) {
      const bytes = Buffer.from(answer.response[field], 'base64url')
      bytes[bytes.length - 1]! ^= 1
      const turned = { ...answer, response: { ...answer.response, [field]: bytes.toString('base64url') } }
      expect(await checkAssertion(turned, { ...expected, publicKey: made.publicKey }), field).toBeUndefined()
    }
    expect(await checkAssertion(answer, { ...expected, publicKey: made.publicKey })).toBe(2)
  })

  it('is none of nobody’s, and none of another’s', async () => {
    const [ada, ben] = [await aPasskey(), await aPasskey()]
    expect(await ada.use({}, { publicKey: undefined })).toBeUndefined()
    expect(await ada.use({}, ben.made)).toBeUndefined()
  })
})
