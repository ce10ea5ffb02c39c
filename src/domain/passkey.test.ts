import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isCounterBack, passkeyName, passkeySite } from './passkey.ts'

describe('where passkeys are good', () => {
  it.each([
    ['https://answers.example.com', { rpId: 'answers.example.com', origin: 'https://answers.example.com' }],
    [
      'https://answers.example.com:8443/desk',
      { rpId: 'answers.example.com', origin: 'https://answers.example.com:8443' },
    ],
    ['http://localhost:3000', { rpId: 'localhost', origin: 'http://localhost:3000' }],
  ])('is at the public address: %s', (url, site) => {
    expect(passkeySite(url)).toEqual(site)
  })

  it.each(['http://answers.example.com', 'https://203.0.113.7', 'http://127.0.0.1:3000', 'https://[2001:db8::1]'])(
    'is nowhere that a browser refuses: %s',
    (url) => {
      expect(passkeySite(url)).toBeUndefined()
    },
  )
})

describe('the counter of a device', () => {
  it.each([
    [0, 0, false],
    [0, 1, false],
    [7, 8, false],
    [7, 7, true],
    [7, 6, true],
    [7, 0, true],
  ])('after %d, %d is a step back: %s', (known, given, isBack) => {
    expect(isCounterBack(known, given)).toBe(isBack)
  })

  it('is never taken twice once it counts', () => {
    const count = fc.integer({ min: 0, max: 2 ** 32 - 1 })
    fc.assert(
      fc.property(count, count, (known, given) => {
        if (!isCounterBack(known, given) && given > 0) expect(isCounterBack(given, given)).toBe(true)
      }),
    )
  })
})

it('a name is a short line with something in it', () => {
  expect(passkeyName('  My \n phone ')).toBe('My phone')
  expect(passkeyName('📱'.repeat(60))).toBe('📱'.repeat(60))
  for (const none of ['', '   ', 'x'.repeat(61)]) expect(passkeyName(none)).toBeUndefined()
})
