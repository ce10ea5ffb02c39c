import { describe, expect, it } from 'vitest'
import { isWithin, may, reachOf, roles, scopes } from './identity.ts'
import { newId } from './ids.ts'

const at = new Date('2026-11-24T12:00:00Z')
const everybody = [...roles, 'service'] as const

it.each([
  ['decide', ['approver', 'admin']],
  ['acknowledge', ['approver', 'admin', 'service']],
  ['configure', ['admin']],
  ['stop', ['admin']],
  ['people', ['admin']],
  ['keys', ['admin']],
  ['export', ['admin', 'service']],
  ['audit', ['admin', 'auditor', 'service']],
  ['read', [...everybody]],
  ['monitor', [...everybody]],
] as const)('allows %s to nobody but %j', (permission, allowed) => {
  expect(everybody.filter((role) => may(role, permission))).toEqual(allowed)
})

it('lets a program neither decide nor change who may what, whatever its key is given', () => {
  expect(scopes).not.toEqual(expect.arrayContaining(['decide']))
  expect(
    ['decide', 'configure', 'stop', 'people', 'keys'].filter((right) => scopes.some((one) => one === right)),
  ).toEqual([])
})

it.each(['', 'owner', '__proto__', 'constructor', 'toString'])('grants nothing to a role that is none: %j', (role) => {
  expect(may(role as 'admin', 'read')).toBe(false)
})

describe('the accounts that somebody sees', () => {
  const [mine, other] = [newId('account', at), newId('account', at)]

  it('are those they were given, or all when they were given none', () => {
    expect(isWithin(reachOf('approver', [mine]), mine)).toBe(true)
    expect(isWithin(reachOf('approver', [mine]), other)).toBe(false)
    expect(isWithin(reachOf('viewer', [mine]), other)).toBe(false)
    expect(reachOf('approver', [])).toBe('all')
  })

  it('are always all of them for an admin and an auditor', () => {
    expect([reachOf('admin', [mine]), reachOf('auditor', [mine])]).toEqual(['all', 'all'])
  })
})
