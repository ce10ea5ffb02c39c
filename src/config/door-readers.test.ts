import { describe, expect, it } from 'vitest'
import { readAddresses, readContact, readOrigins } from './door-readers.ts'

describe('addresses', () => {
  it('are read with and without a network’s bits, and none is none', () => {
    expect(readAddresses('10.0.0.0/8, 2001:db8::/32,192.0.2.1')).toEqual(['10.0.0.0/8', '2001:db8::/32', '192.0.2.1'])
    expect(readAddresses('none')).toEqual([])
  })

  it.each([
    'all',
    '10.0.0.0/33',
    '10.0.0.0/0',
    '::/0',
    '1.2.3',
    '1.2.3.4/8/8',
    '1.2.3.4,',
    'proxy.example.org',
    '1.2.3.4/x',
  ])('%s is no address', (text) => {
    expect(() => readAddresses(text)).toThrow('must hold addresses')
  })
})

describe('origins', () => {
  it('are read from a list with commas or in JSON', () => {
    const both = ['https://a.example', 'http://localhost:5173']
    expect(readOrigins('https://a.example, http://localhost:5173')).toEqual(both)
    expect(readOrigins(JSON.stringify(both))).toEqual(both)
    expect(readOrigins('*')).toEqual(['*'])
  })

  it.each(['https://*', 'https://*.example', 'https://a.example/', 'a.example', 'null', '[', '{}', 'ftp://a.example'])(
    '%s is no origin',
    (text) => {
      expect(() => readOrigins(text)).toThrow(/must (hold|be)/)
    },
  )
})

it('a contact is an address to write to', () => {
  expect(readContact('mailto:security@example.org')).toBe('mailto:security@example.org')
  expect(readContact('https://example.org/security')).toBe('https://example.org/security')
  for (const text of ['security@example.org', 'http://example.org', 'mailto:x\ny@z']) {
    expect(() => readContact(text)).toThrow('must start with')
  }
})
