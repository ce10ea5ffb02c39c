import { describe, expect, it } from 'vitest'
import { checkPassword, hashPassword } from './passwords.ts'
import { Secret } from './secret.ts'

const pepper = new Secret('p'.repeat(32))

describe('a stored password', () => {
  it('lets in the right password and no other', { timeout: 20_000 }, async () => {
    const stored = await hashPassword('correct horse battery', pepper)
    expect(stored).toMatch(/^b1:\$2b\$12\$/)
    expect(await checkPassword('correct horse battery', stored, pepper)).toBe(true)
    expect(await checkPassword('correct horse batterz', stored, pepper)).toBe(false)
    expect(await checkPassword('correct horse battery', stored, new Secret('q'.repeat(32)))).toBe(false)
  })

  it('tells passwords apart that differ after byte 72, or after a NUL', { timeout: 20_000 }, async () => {
    const stored = await hashPassword(`${'a'.repeat(72)}X`, pepper)
    expect(await checkPassword(`${'a'.repeat(72)}Y`, stored, pepper)).toBe(false)
    const withNul = await hashPassword('abc\0def', pepper)
    expect(await checkPassword('abc\0xyz', withNul, pepper)).toBe(false)
  })

  it('is the same however a keyboard composes its letters', { timeout: 20_000 }, async () => {
    const stored = await hashPassword('pâté-pâté-pâté'.normalize('NFD'), pepper)
    expect(await checkPassword('pâté-pâté-pâté'.normalize('NFC'), stored, pepper)).toBe(true)
  })
})

describe('a person we do not know', () => {
  it('is refused, as is a hash of an unknown scheme', { timeout: 20_000 }, async () => {
    expect(await checkPassword('anything', undefined, pepper)).toBe(false)
    expect(await checkPassword('anything', '$2b$12$nothing', pepper)).toBe(false)
  })

  it('is refused in as much time as a wrong password takes', { timeout: 20_000 }, async () => {
    const stored = await hashPassword('right', pepper)
    const unknown = await msOf(() => checkPassword('wrong', undefined, pepper))
    const known = await msOf(() => checkPassword('wrong', stored, pepper))
    // A refusal without hashing takes well under a hundredth.
    expect(unknown).toBeGreaterThan(known / 4)
  })
})

async function msOf(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}
