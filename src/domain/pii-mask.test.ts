import { describe, expect, it } from 'vitest'
import { createMasker } from './pii-mask.ts'

describe('a masked text', () => {
  it.each([
    ['four stars, which tell no length', {}, 'write a@b.co now', 'write **** now'],
    ['as many as there were', { preserveLength: true }, 'write a@b.co now', 'write ****** now'],
    ['another sign', { maskChar: '#', preserveLength: true }, '😀 +49 151 23456789', '😀 ################'],
    ['one kind and no other', { kinds: ['email'] as const }, 'a@b.co 4111 1111 1111 1111', '**** 4111 1111 1111 1111'],
    ['nothing where there is nothing', {}, 'order 4711, 29.90 €, 24.11.2026', 'order 4711, 29.90 €, 24.11.2026'],
  ])('shows %s', (_what, options, text, masked) => {
    expect(createMasker(options).mask(text)).toBe(masked)
  })

  it.each(['', '**', 'ab'])('is refused a mask that is not one character: %j', (maskChar) => {
    expect(() => createMasker({ maskChar })).toThrow('A mask is one character')
  })
})

describe('a masked bundle', () => {
  const { maskBundle } = createMasker()

  it('is new, with the same keys, and leaves what it was made from as it was', () => {
    const at = new Date(0)
    const bundle = {
      a: { b: { c: { d: { e: { f: ['mail a@b.co', 7, true, null, at] } } } } },
      people: new Map<string, unknown>([['one', { mail: 'a@b.co' }]]),
      password: 'x',
      nested: { api_key: 'y', tokens: 3 },
      ['__proto__x']: 'a@b.co',
    }
    const before = structuredClone(bundle)
    expect(maskBundle(bundle)).toEqual({
      a: { b: { c: { d: { e: { f: ['mail ****', 7, true, null, at] } } } } },
      people: new Map([['one', { mail: '****' }]]),
      password: '****',
      nested: { api_key: '****', tokens: 3 },
      ['__proto__x']: '****',
    })
    expect(bundle).toEqual(before)
  })

  it('keeps a circle a circle, and what is shared shared', () => {
    const shared = { mail: 'a@b.co' }
    const bundle: Record<string, unknown> = { shared, again: shared, list: [shared] }
    bundle['self'] = bundle
    const masked = maskBundle(bundle)
    expect(masked['self']).toBe(masked)
    expect(masked['shared']).toBe(masked['again'])
    expect(masked['shared']).toEqual({ mail: '****' })
  })

  it('lets nothing through that lies too deep to be looked at, and no name change what an object is', () => {
    let deep: unknown = 'a@b.co'
    for (let n = 0; n < 10_000; n++) deep = { deep }
    expect(JSON.stringify(maskBundle(deep))).not.toContain('a@b.co')
    const odd = JSON.parse('{"__proto__":{"mail":"a@b.co"}}') as object
    const masked = maskBundle(odd)
    expect(Object.getPrototypeOf(masked)).toBe(Object.prototype)
    expect(JSON.stringify(masked)).toBe('{"__proto__":{"mail":"****"}}')
  })
})
