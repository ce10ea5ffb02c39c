import { describe, expect, it } from 'vitest'
import { type Opener, openers, windowEnd } from './policy-window.ts'

const at = new Date('2026-11-22T12:00:00Z')
const instagram = { platform: 'instagram', longAds: false } as const
const hoursOpen = (opener: Opener, account: { platform: 'instagram'; longAds: boolean }) =>
  (windowEnd(opener, at, account).getTime() - at.getTime()) / 3_600_000

describe('what a contact does', () => {
  it.each([
    ['message', 24],
    ['postback', 24],
    ['link', 24],
    ['reaction', 24],
    ['ad_message', 24],
    ['comment', 168],
  ] as const)('%s: opens the way to an answer for %s hours', (opener, hours) => {
    expect(hoursOpen(opener, instagram)).toBe(hours)
  })

  it('keeps the thread open for seven days only by an ad, and only where the account was given that', () => {
    const long = (Object.keys(openers) as Opener[]).filter(
      (opener) => hoursOpen(opener, { ...instagram, longAds: true }) !== hoursOpen(opener, instagram),
    )
    expect(long).toEqual(['ad_message'])
    expect(hoursOpen('ad_message', { ...instagram, longAds: true })).toBe(168)
  })

  it('opens by a rule of the platform’s own', () => {
    for (const { source } of Object.values(openers)) expect(source).toMatch(/^https:\/\/developers\.facebook\.com\//)
  })
})
