import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ParsedItem } from '#src/domain/inbox.ts'
import { platforms } from '#src/domain/platform.ts'
import { encode, shapesOf } from '#tests/support/shapes.ts'

type Json = Record<string, unknown>

describe.each(platforms)('what %s delivers', (platform) => {
  const { parse, envelope, crowded, shapes, known, unknown, mutated, anyShape } = shapesOf(platform)
  const nameOf = ({ item }: ParsedItem) => `${item.kind} ${JSON.stringify(item.key)}`

  it('has fixtures of both kinds', () => {
    expect(known.length).toBeGreaterThan(20)
    expect(unknown.length).toBeGreaterThan(10)
  })

  it('is read whole and once: each known item by its own key, each other one as unrecognised, whatever stands beside it', () => {
    fc.assert(
      fc.property(fc.array(anyShape, { maxLength: 12 }), (items) => {
        const together = parse(encode(envelope(items)))
        const inOne = parse(encode(crowded(items)))
        const alone = items.flatMap((item) => parse(encode(envelope([item]))))
        expect(together.map(nameOf)).toEqual(alone.map(nameOf))
        expect(inOne.map(nameOf).sort()).toEqual(alone.map(nameOf).sort())
        expect(together).toHaveLength(items.length)
        items.forEach((item, index) => {
          const kind = together[index]?.item.kind
          if (known.includes(item)) expect(kind).not.toBe('unrecognised')
          if (unknown.includes(item)) expect(kind).toBe('unrecognised')
          expect(together[index]?.item.at).toBeInstanceOf(Date)
        })
      }),
      { numRuns: 500 },
    )
  })

  it('makes nothing but a reason of what is odd, and never the words that were in it', () => {
    fc.assert(
      fc.property(mutated, ({ place, value }) => {
        const body = JSON.stringify(envelope([{ place, value }])).replaceAll('"text"', '"canary-text"')
        for (const { item } of parse(new TextEncoder().encode(body))) {
          if (item.kind === 'unrecognised') expect(item.reason).not.toContain('canary')
        }
      }),
      { numRuns: 500 },
    )
  })

  it('is never thrown at: any bytes, any JSON, any cut', () => {
    const whole = encode(envelope(shapes))
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 512 }), fc.jsonValue().map(encode)), (body) => {
        parse(body)
      }),
    )
    fc.assert(
      fc.property(fc.nat(whole.length - 1), (end) => {
        expect(parse(whole.subarray(0, end))).toMatchObject([{ item: { kind: 'unrecognised' } }])
      }),
    )
  })

  it('is nothing to answer when the account itself wrote it', () => {
    const words = known.filter((shape) => parse(encode(envelope([shape])))[0]?.item.kind === 'message')
    const turned = words.flatMap(({ place, value }) => {
      const item = value as Json
      return 'sender' in item
        ? [{ place, value: { ...item, sender: item['recipient'], recipient: item['sender'] } }]
        : []
    })
    const kinds = parse(encode(envelope(turned))).map(({ item }) => item.kind)
    expect(kinds).toContain('echo')
    expect(kinds).not.toContain('message')
  })
})
