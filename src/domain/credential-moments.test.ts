import { expect, it } from 'vitest'
import { NO_EXPIRY } from './credential.ts'
import { momentsOf } from './credential-moments.ts'

const day = (number: number) => new Date(Date.UTC(2026, 0, 1) + number * 86_400_000)
const life = {
  platform: 'instagram' as const,
  tokenObtainedAt: day(0),
  tokenExpiresAt: day(60),
  tokenCheckedAt: day(10),
  dataAccessExpiresAt: null,
  isDead: false,
}
const kinds = (changed: Partial<Parameters<typeof momentsOf>[0]>) =>
  momentsOf({ ...life, ...changed }).map(({ kind }) => kind)

it('tells a token’s life in the order of time', () => {
  expect(momentsOf(life)).toEqual([
    { kind: 'obtained', at: day(0) },
    { kind: 'checked', at: day(10) },
    { kind: 'renewal', at: day(30) },
    { kind: 'end', at: day(60) },
  ])
  expect(kinds({ tokenCheckedAt: day(40) })).toEqual(['obtained', 'renewal', 'checked', 'end'])
})

it('speaks of no renewal where there is none, and of no end that has no date', () => {
  expect(kinds({ isDead: true })).toEqual(['obtained', 'checked', 'end'])
  expect(kinds({ platform: 'messenger' })).toEqual(['obtained', 'checked', 'end'])
  const page = { platform: 'messenger' as const, tokenExpiresAt: NO_EXPIRY }
  expect(kinds({ ...page, dataAccessExpiresAt: day(90) })).toEqual(['obtained', 'checked', 'data_access_end'])
  expect(kinds({ ...page, dataAccessExpiresAt: NO_EXPIRY, tokenCheckedAt: null })).toEqual(['obtained'])
})
