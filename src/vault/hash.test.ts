import { expect, it } from 'vitest'
import { isSameHash, keyedHash, textHash } from './hash.ts'
import { Secret } from './secret.ts'

it('hashes the UTF-8 bytes of a text with SHA-256', () => {
  expect(textHash('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  expect(textHash('é')).not.toBe(textHash('é'.normalize('NFD')))
})

it('keys a hash as RFC 4231 case 2 does', () => {
  expect(keyedHash(new Secret('Jefe'), 'what do ya want for nothing?')).toBe(
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  )
})

it('compares hashes of any length, and what is no hash equals nothing', () => {
  expect(isSameHash(textHash('a'), textHash('a'))).toBe(true)
  expect(isSameHash(textHash('a'), textHash('b'))).toBe(false)
  expect(isSameHash(textHash('a'), 'ab')).toBe(false)
  expect(isSameHash('', '')).toBe(false)
  expect(isSameHash('zz', 'zz')).toBe(false)
})
