import { describe, expect, it } from 'vitest'
import { environmentIn, hintOf, isUsable, keyMay, keyText, rotationDueAt, scopesIn } from './api-key.ts'
import { AppError } from './errors.ts'
import type { Permission, Scope } from './identity.ts'
import { newId } from './ids.ts'

const at = new Date('2026-11-24T12:00:00Z')
const later = new Date(at.getTime() + 1)
const random = 'a'.repeat(54)

describe('the text of a key', () => {
  it('says in which kind of installation it works', () => {
    expect(environmentIn(keyText('live', random))).toBe('live')
    expect(environmentIn(keyText('test', random))).toBe('test')
  })

  it.each([
    '',
    'cs_live_',
    `cs_live_${random}a`,
    `cs_live_${random.slice(1)}`,
    `cs_prod_${random}`,
    `CS_LIVE_${random}`,
  ])('is no key when it is not as we make them: %j', (text) => {
    expect(environmentIn(text)).toBeUndefined()
  })

  it('tells a person apart from others by six of its 54 characters', () => {
    expect(hintOf(keyText('live', `xyz123${random}`))).toBe('cs_live_xyz123')
  })
})

it('is used until it expires or is revoked', () => {
  expect(isUsable({ revokedAt: null, expiresAt: null }, at)).toBe(true)
  expect(isUsable({ revokedAt: null, expiresAt: later }, at)).toBe(true)
  expect(isUsable({ revokedAt: null, expiresAt: at }, at)).toBe(false)
  expect(isUsable({ revokedAt: at, expiresAt: later }, at)).toBe(false)
})

it('may what it was given, and never decides nor changes rights, even when somebody writes that into its row', () => {
  expect(keyMay({ scopes: ['read'], accountIds: null }, 'read')).toBe(true)
  expect(keyMay({ scopes: ['monitor'], accountIds: null }, 'read')).toBe(false)
  const forged = ['decide', 'configure', 'stop', 'people', 'keys'] as Permission[]
  expect(forged.filter((right) => keyMay({ scopes: forged as unknown as Scope[], accountIds: null }, right))).toEqual(
    [],
  )
})

it('reads the record only when it sees all accounts', () => {
  expect(keyMay({ scopes: ['audit'], accountIds: null }, 'audit')).toBe(true)
  expect(keyMay({ scopes: ['audit', 'read'], accountIds: [newId('account', at)] }, 'audit')).toBe(false)
})

it('is given scopes that exist, and at least one', () => {
  expect(scopesIn(['audit', 'read', 'read'])).toEqual(['read', 'audit'])
  for (const words of [[], ['decide'], ['read', 'keys'], ['']]) expect(() => scopesIn(words)).toThrow(AppError)
})

it('ought to be replaced after 90 days, and a test key after 30', () => {
  expect(rotationDueAt({ environment: 'live', createdAt: at })).toEqual(new Date('2027-02-22T12:00:00Z'))
  expect(rotationDueAt({ environment: 'test', createdAt: at })).toEqual(new Date('2026-12-24T12:00:00Z'))
})
