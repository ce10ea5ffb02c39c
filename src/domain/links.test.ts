import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { malformedLinkIn } from './links.ts'

describe('a link', () => {
  it.each([
    'https://shop.example',
    'http://shop.example/a/b?c=d&e=%C3%A4#f',
    'HTTPS://SHOP.EXAMPLE/A',
    'https://shop.example:8443/a',
    'https://münchen.example/größe',
    'https://xn--mnchen-3ya.example',
    'https://93.184.216.34/a',
    'www.shop.example',
    'Sizes: https://shop.example/sizes.',
    '(see https://shop.example/a_(b))',
    '<https://shop.example>',
    '„https://shop.example“, she said',
    '[sizes](https://shop.example/sizes)',
    'https://shop.example!!!',
    'https://a.example and https://b.example/ too',
    'no link at all, e.g. this. And so: 12:30/13:30',
    'We moved from http to https: it is safer',
    'Awww. That is nice',
    'Awww... so sweet!',
    'and/or',
    'a : // b',
  ])('is well formed, or none: %s', (text) => {
    expect(malformedLinkIn(text)).toBe(0)
  })

  it.each([
    'https://',
    'https://shop',
    'https://.example',
    'https://shop..example',
    'https://-shop.example',
    'https://shop.example.-',
    'https:/shop.example',
    'https:shop.example',
    'https//shop.example',
    'https: //shop.example',
    'https:///shop.example',
    'https://https://shop.example',
    'https://shop.example/100%',
    'https://shop.example/%zz',
    'https://shop.example/{id}',
    'https://shop.example/<id>/a',
    'https://shop.example\\a',
    'https://ada@shop.example',
    'https://ada:pw@shop.example',
    'https://:pw@shop.example',
    'https://shop.example:99999',
    'https://1.2.3.4.5',
    'https://999.1.1.1',
    'https://[::1]/a',
    'https://shop.123',
    `https://${'a'.repeat(64)}.example`,
    'ftp://shop.example/a',
    'javascript://shop.example/%0aalert(1)',
    'www..example',
  ])('is malformed: %s', (text) => {
    expect(malformedLinkIn(text)).toBe(1)
  })

  it('is counted among the others', () => {
    expect(malformedLinkIn('https://a.example www.b.example https://c ftp://d')).toBe(3)
  })

  it('is well formed when a program made it', () => {
    const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/)
    const part = fc.string({ unit: 'binary', maxLength: 8 }).map(encodeURIComponent)
    fc.assert(
      fc.property(label, fc.array(part, { maxLength: 4 }), part, (shop, path, query) => {
        expect(malformedLinkIn(`See https://${shop}.example/${path.join('/')}?q=${query} there`)).toBe(0)
      }),
    )
  })

  it('is looked for without a throw, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(malformedLinkIn(`https://${text}`)).toBeLessThanOrEqual(1 + text.length)
      }),
    )
  })

  it('is looked for in no more time than it takes to read', () => {
    const started = process.cpuUsage()
    for (const text of [
      'a'.repeat(200_000),
      'https:'.repeat(50_000),
      'www.'.repeat(50_000),
      `https://${'a.'.repeat(50_000)}`,
      `https://${'!'.repeat(200_000)}a`,
    ])
      malformedLinkIn(text)
    expect(process.cpuUsage(started).user).toBeLessThan(2_000_000)
  })
})
