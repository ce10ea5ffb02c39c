import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createKeyring, generateFernetKey } from './keyring.ts'
import { Secret } from './secret.ts'

const aKeyring = (...keys: string[]) => createKeyring(new Secret(keys.join(',') || generateFernetKey()))
const place = { owner: 'acc_1', field: 'token' }

it('opens in its own place what it sealed, whatever the text', () => {
  const keyring = aKeyring()
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme' }),
      (text) => keyring.open(keyring.seal(new Secret(text), place), place).reveal() === text,
    ),
  )
})

it('seals into the shape of a Fernet token, without the value in it', () => {
  const sealed = aKeyring().seal(new Secret('IGAA-canary'), place)
  expect(sealed).toMatch(/^gAAAA[\w-]+=*$/)
  expect(Buffer.from(sealed, 'base64url').toString('latin1')).not.toContain('canary')
})

it('does not open for another account or field', () => {
  const keyring = aKeyring()
  const sealed = keyring.seal(new Secret('t'), place)
  for (const other of [
    { owner: 'acc_2', field: 'token' },
    { owner: 'acc_1', field: 'refresh' },
    { owner: 'acc_1toke', field: 'n' },
  ]) {
    expect(() => keyring.open(sealed, other)).toThrow('cannot be opened')
  }
})

it('keeps owner and field apart, however they are spelt', () => {
  const keyring = aKeyring()
  const sealed = keyring.seal(new Secret('t'), { owner: 'a b', field: 'c' })
  expect(() => keyring.open(sealed, { owner: 'a', field: 'b c' })).toThrow('cannot be opened')
})

it('cannot be talked into another place by a value that looks like one', () => {
  const keyring = aKeyring()
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), fc.string(), (owner, field, owner2, field2) => {
      fc.pre(owner !== owner2 || field !== field2)
      const sealed = keyring.seal(new Secret('value'), { owner, field })
      expect(() => keyring.open(sealed, { owner: owner2, field: field2 })).toThrow('cannot be opened')
    }),
  )
})

it('seals with the first key and opens with any', () => {
  const [old, fresh] = [generateFernetKey(), generateFernetKey()]
  const sealedBefore = aKeyring(old).seal(new Secret('t'), place)
  const both = aKeyring(fresh, old)
  expect(both.open(sealedBefore, place).reveal()).toBe('t')
  expect(
    aKeyring(fresh)
      .open(both.seal(new Secret('t'), place), place)
      .reveal(),
  ).toBe('t')
})

it.each([
  ['the key is another', (sealed: string) => aKeyring().open(sealed, place)],
  ['it was cut', (sealed: string, keyring: ReturnType<typeof aKeyring>) => keyring.open(sealed.slice(0, -8), place)],
  ['it is empty', (_: string, keyring: ReturnType<typeof aKeyring>) => keyring.open('', place)],
  ['it is not sealed at all', (_: string, keyring: ReturnType<typeof aKeyring>) => keyring.open('plain', place)],
])('answers the same refusal when %s', (_, attempt) => {
  const keyring = aKeyring()
  const sealed = keyring.seal(new Secret('t'), place)
  expect(() => attempt(sealed, keyring)).toThrow(
    expect.objectContaining({
      code: 'credential_rejected',
      message: 'The stored secret cannot be opened with these keys',
    }),
  )
})

it('refuses keys of which one is malformed, without naming it', () => {
  expect(() => aKeyring(generateFernetKey(), 'x'.repeat(32))).toThrow('needs valid Fernet keys')
})

it('prints a new key every time', () => {
  expect(new Set(Array.from({ length: 1000 }, generateFernetKey)).size).toBe(1000)
})

it('names its keys without giving them away, and tells which one sealed', () => {
  const [old, fresh] = [generateFernetKey(), generateFernetKey()]
  const both = aKeyring(fresh, old)
  expect(both.keyIds).toEqual([aKeyring(fresh).keyIds[0], aKeyring(old).keyIds[0]])
  for (const id of both.keyIds) expect(id).toMatch(/^[0-9a-f]{8}$/)
  expect(both.keyIdOf(aKeyring(old).seal(new Secret('t'), place))).toBe(both.keyIds[1])
  expect(both.keyIdOf(both.seal(new Secret('t'), place))).toBe(both.keyIds[0])
  for (const foreign of [aKeyring().seal(new Secret('t'), place), '', 'plain'])
    expect(both.keyIdOf(foreign)).toBeUndefined()
})
