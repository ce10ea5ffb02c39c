import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { namesUser } from './mention.ts'

describe('a text', () => {
  it.each([
    '@alpine.shop do you have this?',
    'Ask @Alpine.Shop.',
    'like alpine.shop, but red',
    '(@alpine.shop)',
    '@alpine.shops and @alpine.shop',
    'so says @alpine.shop...',
  ])('names a user: %s', (text) => expect(namesUser(text, 'alpine.shop')).toBe(true))

  it.each(['', 'alpine shop', '@alpine.shop.graz', '@my.alpine.shop', '@alpine.shop_', '@alpine.shop2', 'alpineXshop'])(
    'does not name a user: %s',
    (text) => expect(namesUser(text, 'alpine.shop')).toBe(false),
  )

  it('names nobody without a name, and ends whatever it is', () => {
    expect(namesUser('@', '')).toBe(false)
    fc.assert(fc.property(fc.string(), fc.string(), (text, name) => typeof namesUser(text, name) === 'boolean'))
  })
})
