import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Secret } from '#src/vault/secret.ts'
import { isVerifyToken, matchSignature } from './signature.ts'

const secrets = [{ label: 'new', secret: new Secret('test_app_secret') }]
const bodyA = '{"object":"instagram","entry":[]}'
const bodyB = String.raw`{"object":"instagram","entry":[{"id":"17841400000000001","time":1763800000000,"messaging":[{"sender":{"id":"1000000000000001"},"recipient":{"id":"17841400000000001"},"timestamp":1763799999000,"message":{"mid":"aWdfTEST1","text":"\u00e4\u00f6\u00e5 \ud83d\udc4b"}}]}]}`
const shaA = '4c166c139fb15bf4adbda063a21a4c7d870270ce3473257f03812313995045bd'
const shaB = '3fbbf7ceffc33e8fbff0326473776d287f98f782f45ed91fcbe35482c8889272'

const bytes = (text: string) => new TextEncoder().encode(text)
const sign = (body: Uint8Array, secret: string) => `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`

describe('matchSignature', () => {
  it.each([
    ['a plain body', bodyA, shaA],
    ['a body with escaped letters', bodyB, shaB],
  ])('accepts the published vector: %s', (_name, body, sha) => {
    expect(matchSignature(bytes(body), `sha256=${sha}`, secrets)).toEqual({ label: 'new', digest: sha })
  })

  it('refuses the same body once it was parsed and serialised again', () => {
    const again = JSON.stringify(JSON.parse(bodyB))
    expect(bytes(again)).toHaveLength(247)
    expect(matchSignature(bytes(again), `sha256=${shaB}`, secrets)).toBeUndefined()
  })

  it.each([
    ['no header', undefined],
    ['an empty header', ''],
    ['SHA-1 only', 'sha1=2f83f9e6980bfb0d1894a5cc6ecf5221bc2f0b8f'],
    ['no prefix', shaA],
    ['capitals', `sha256=${shaA.toUpperCase()}`],
    ['a digit too few', `sha256=${shaA.slice(1)}`],
    ['a second value', `sha256=${shaA}, sha256=${shaA}`],
    ['another digest', `sha256=${shaB}`],
  ])('refuses %s', (_name, header) => {
    expect(matchSignature(bytes(bodyA), header, secrets)).toBeUndefined()
  })

  it('names the secret that matched, old or new', () => {
    const both = [...secrets, { label: 'old', secret: new Secret('former_secret') }]
    expect(matchSignature(bytes(bodyA), sign(bytes(bodyA), 'former_secret'), both)?.label).toBe('old')
    expect(matchSignature(bytes(bodyA), sign(bytes(bodyA), 'test_app_secret'), both)?.label).toBe('new')
  })

  it('never takes an empty secret for a secret', () => {
    const empty = [{ label: 'empty', secret: new Secret('') }]
    expect(matchSignature(bytes(bodyA), sign(bytes(bodyA), ''), empty)).toBeUndefined()
  })

  it('accepts any bytes as signed, and no bytes with one bit changed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 4096 }), fc.nat(), (body, at) => {
        const header = sign(body, 'test_app_secret')
        expect(matchSignature(body, header, secrets)).toBeDefined()
        const changed = Uint8Array.from(body)
        const position = at % (body.length * 8)
        changed[position >> 3] = (changed[position >> 3] ?? 0) ^ (1 << (position & 7))
        expect(matchSignature(changed, header, secrets)).toBeUndefined()
      }),
    )
  })
})

describe('isVerifyToken', () => {
  it.each([
    ['right', 'right', true],
    ['right ', 'right', false],
    ['', 'right', false],
    ['', '', false],
  ])('compares %j with %j', (given, expected, same) => {
    expect(isVerifyToken(given, new Secret(expected))).toBe(same)
  })
})
