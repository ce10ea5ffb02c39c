import { describe, expect, it } from 'vitest'
import { endingScopes, missingScopes, neededScopes } from './permission.ts'
import { platforms } from './platform.ts'

describe('permissions', () => {
  it.each(platforms)('of %s that are missing are named with what they are for', (platform) => {
    const all = Object.keys(neededScopes[platform])
    expect(missingScopes(platform, [...all, 'something_else'])).toEqual([])
    for (const scope of all) {
      const others = all.filter((one) => one !== scope)
      expect(missingScopes(platform, others)).toEqual([
        { scope, purpose: expect.any(String), lack: expect.any(String) },
      ])
    }
    expect(missingScopes(platform, [])).toHaveLength(all.length)
  })

  it('of an Instagram account behind a Page end with data access; those of the Page itself do not', () => {
    expect(endingScopes(Object.keys(neededScopes.messenger))).toEqual([])
    expect(endingScopes(['pages_messaging', 'instagram_basic', 'instagram_manage_messages'])).toEqual([
      'instagram_basic',
      'instagram_manage_messages',
    ])
    expect(endingScopes(['public_profile', 'business_management'])).toEqual([])
  })
})
