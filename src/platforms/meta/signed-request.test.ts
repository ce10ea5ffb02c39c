import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Secret } from '#src/vault/secret.ts'
import { readSignedRequest } from './signed-request.ts'

const KEY = 'test_app_secret'
const secrets = [{ label: 'instagram', secret: new Secret(KEY) }]
/** Made with another program, so that two misreadings of ours cannot agree. */
const VECTOR =
  'y8g9xkFTCJhT40R_bGpP8fIEQ7Na5VSnvidCY7iemLU.eyJhbGdvcml0aG0iOiJITUFDLVNIQTI1NiIsImV4cGlyZXMiOjE3NjM4MDM2MDAsImlzc3VlZF9hdCI6MTc2MzgwMDAwMCwidXNlcl9pZCI6IjIxODQ3MSJ9'
const now = new Date(1_763_800_001_000)

const sign = (payload: string, key = KEY) =>
  `${createHmac('sha256', key).update(payload).digest('base64url')}.${payload}`
const encode = (said: unknown) =>
  Buffer.from(typeof said === 'string' ? said : JSON.stringify(said)).toString('base64url')
const whole = { algorithm: 'HMAC-SHA256', issued_at: 1_763_800_000, user_id: '218471' }
const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1')
const read = (text: string) => readSignedRequest(text, secrets, now)

describe('readSignedRequest', () => {
  it('opens the known vector', () => {
    expect(read(VECTOR)).toEqual({
      userRef: '218471',
      issuedAt: new Date(1_763_800_000_000),
      digest: Buffer.from(VECTOR.slice(0, 43), 'base64url').toString('hex'),
      label: 'instagram',
    })
  })

  it('names the secret that signed, whichever of several it is', () => {
    const several = [...secrets, { label: 'meta', secret: new Secret('another_secret') }]
    expect(readSignedRequest(sign(encode(whole), 'another_secret'), several, now)?.label).toBe('meta')
    expect(readSignedRequest(sign(encode(whole)), several, now)?.label).toBe('instagram')
    expect(readSignedRequest(sign(encode(whole), 'a_third_secret'), several, now)).toBeUndefined()
  })

  it('keeps an id beyond 2^53 exactly, as a text or as a number', () => {
    expect(read(sign(encode({ ...whole, user_id: '17841400000000000001' })))?.userRef).toBe('17841400000000000001')
    const asNumber = '{"algorithm":"HMAC-SHA256","issued_at":1763800000,"user_id":17841400000000000001}'
    expect(read(sign(encode(asNumber)))?.userRef).toBe('17841400000000000001')
  })

  it.each([
    ['another algorithm', { ...whole, algorithm: 'HMAC-SHA1' }],
    ['no algorithm', { issued_at: 1_763_800_000, user_id: '1' }],
    ['no person', { algorithm: 'HMAC-SHA256', issued_at: 1_763_800_000 }],
    ['a person who is not a number', { ...whole, user_id: '1 OR 1=1' }],
    ['a list for a person', { ...whole, user_id: ['1', '2'] }],
    ['an object for a person', { ...whole, user_id: { toString: 1 } }],
    ['an object for an end', { ...whole, expires: { valueOf: 1 } }],
    ['no time', { algorithm: 'HMAC-SHA256', user_id: '1' }],
    ['an end that has come', { ...whole, expires: 1_763_800_001 }],
    ['an end that is no time', { ...whole, expires: 'never' }],
    ['no object', 'null'],
    ['a list', '[]'],
    ['no JSON', '{"algorithm":'],
  ])('refuses %s, well signed as it is', (_name, said) => {
    expect(read(sign(encode(said)))).toBeUndefined()
  })

  it.each([
    ['an end to come', { ...whole, expires: 1_763_800_002 }],
    ['a zero, which is no end', { ...whole, expires: 0 }],
  ])('takes %s', (_name, said) => {
    expect(read(sign(encode(said)))).toBeDefined()
  })

  it.each([
    ['nothing', ''],
    ['a dot', '.'],
    ['no dot', VECTOR.replace('.', '')],
    ['a third part', `${VECTOR}.x`],
    ['padding', VECTOR.replace('.', '=.')],
    ['a line behind it', `${VECTOR}\n`],
    ['a signature one character short', VECTOR.slice(1)],
    ['the other spelling of the signature', `${VECTOR.slice(0, 42)}V${VECTOR.slice(43)}`],
    [
      'a signature of the decoded payload',
      `${createHmac('sha256', KEY).update(JSON.stringify(whole)).digest('base64url')}.${encode(whole)}`,
    ],
    ['more than it may hold', sign(encode({ ...whole, rest: 'x'.repeat(8192) }))],
  ])('refuses %s', (_name, text) => {
    expect(read(text)).toBeUndefined()
  })

  it('never takes an empty secret for a secret', () => {
    const empty = [{ label: 'empty', secret: new Secret('') }]
    expect(readSignedRequest(sign(encode(whole), ''), empty, now)).toBeUndefined()
  })

  it('refuses the vector with any one character changed to any other', () => {
    fc.assert(
      fc.property(fc.nat(VECTOR.length - 1), fc.nat(0xffff), (at, code) => {
        const changed = VECTOR.slice(0, at) + String.fromCharCode(code) + VECTOR.slice(at + 1)
        fc.pre(changed !== VECTOR)
        expect(read(changed)).toBeUndefined()
      }),
      { numRuns: 2000 },
    )
  })

  it('refuses the vector with any one bit changed', () => {
    const bytes = Buffer.from(VECTOR, 'latin1')
    const taken = Array.from({ length: bytes.length * 8 }, (_, bit) => {
      const changed = Buffer.from(bytes)
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      return read(changed.toString('latin1'))
    })
    expect(taken.filter((request) => request !== undefined)).toEqual([])
  })

  it('never throws, whatever comes, signed or not', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.uint8Array().map(latin1), fc.json()), (text) => {
        expect(read(text)).toBeUndefined()
        read(sign(encode(text)))
      }),
      { numRuns: 1000 },
    )
  })
})
