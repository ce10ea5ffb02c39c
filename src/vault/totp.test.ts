import { describe, expect, it } from 'vitest'
import { Secret } from './secret.ts'
import { codeAt, matchStep, newSeed, otpauthUri, stepAt } from './totp.ts'

/** The ASCII text 12345678901234567890 of RFC 6238, appendix B, in base32. */
const seed = new Secret('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ')
const at = new Date('2026-11-24T12:00:10.000Z')
const step = stepAt(at)

describe('a code of an authenticator app', () => {
  // The document's codes have eight digits; six are their last six. The last one stands beyond 2^31 seconds.
  it.each([
    [59, '94287082'],
    [1111111109, '07081804'],
    [1111111111, '14050471'],
    [1234567890, '89005924'],
    [2000000000, '69279037'],
    [20000000000, '65353130'],
  ])('is the one of RFC 6238 at %d s', (seconds, eight) => {
    expect(codeAt(seed, stepAt(new Date(seconds * 1000)))).toBe(eight.slice(2))
  })

  // RFC 4226, appendix D.
  it.each(['755224', '287082', '359152', '969429', '338314', '254676', '287922', '162583', '399871', '520489'])(
    'is the one of RFC 4226: %s',
    (code) => {
      const codes = Array.from({ length: 10 }, (_, counter) => codeAt(seed, counter))
      expect(codes).toContain(code)
    },
  )

  it('is taken one step early and one step late, and no further away', () => {
    const taken = [-2, -1, 0, 1, 2].map((off) => matchStep(seed, codeAt(seed, step + off), { at, after: null }))
    expect(taken).toEqual([undefined, step - 1, step, step + 1, undefined])
  })

  it('is not taken for a step that was used, nor for one before it', () => {
    expect(matchStep(seed, codeAt(seed, step), { at, after: step })).toBeUndefined()
    expect(matchStep(seed, codeAt(seed, step - 1), { at, after: step })).toBeUndefined()
    expect(matchStep(seed, codeAt(seed, step + 1), { at, after: step })).toBe(step + 1)
  })

  it.each(['', '0', '12345', '1234567', 'abcdef', '١٢٣٤٥٦'])('is not %j', (code) => {
    expect(matchStep(seed, code, { at, after: null })).toBeUndefined()
  })
})

describe('a seed', () => {
  it('is 160 random bits that an app can read, and says nothing when it is printed', () => {
    const [one, two] = [newSeed(), newSeed()]
    expect(one.reveal()).toMatch(/^[A-Z2-7]{32}$/)
    expect(one.reveal()).not.toBe(two.reveal())
    expect(`${one}`).toBe('[secret]')
  })

  it('goes to an app with the account it is for', () => {
    expect(otpauthUri(seed, 'ada+ä@example.com')).toBe(
      'otpauth://totp/Countersign:ada%2B%C3%A4%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Countersign',
    )
  })
})
