import { describe, expect, it, vi } from 'vitest'
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
})

describe('refusing', () => {
  it('costs the same for a wrong password and for nobody, 200 times over', async () => {
    const work: string[] = []
    vi.doMock('bcrypt', () => ({
      hash: async () => '',
      compare: async (given: string, target: string) => {
        work.push(`${given.length} characters at cost ${target.slice(4, 6)}`)
        return false
      },
    }))
    // A module of its own, so that no other test meets the counter.
    const counted = './passwords.ts?counted'
    const { checkPassword: check } = (await import(counted)) as typeof import('./passwords.ts')
    vi.doUnmock('bcrypt')
    const stored = `b1:$2b$12$${'A'.repeat(53)}`
    for (let i = 0; i < 200; i++) await check(`wrong password ${i}`, stored, pepper)
    const wrong = work.splice(0)
    for (let i = 0; i < 200; i++) await check(`wrong password ${i}`, i % 2 ? undefined : 'none', pepper)
    expect(work).toEqual(wrong)
    expect(new Set(work)).toEqual(new Set(['64 characters at cost 12']))
    expect(work).toHaveLength(200)
  })
})
