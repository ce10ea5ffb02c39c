import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ParsedItem } from '#src/domain/inbox.ts'
import { platforms } from '#src/domain/platform.ts'
import { parseInstagramDelivery } from '#src/platforms/instagram/webhook.ts'
import { parseMessengerDelivery } from '#src/platforms/messenger/webhook.ts'

const products = {
  instagram: { object: 'instagram', us: '17841400000000001', parse: parseInstagramDelivery },
  messenger: { object: 'page', us: '200000000000001', parse: parseMessengerDelivery },
} as const satisfies Record<
  (typeof platforms)[number],
  { object: string; us: string; parse: (body: Uint8Array) => ParsedItem[] }
>

type Json = Record<string, unknown>
type Place = 'messaging' | 'standby' | 'changes'

/** Every single item of the fixtures, with the place it came in. */
function itemsOf(platform: keyof typeof products): { place: Place; value: unknown }[] {
  const folder = new URL(`../fixtures/${platform}/`, import.meta.url)
  const bodies = readdirSync(folder).map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')))
  return bodies.flat().flatMap(({ object, entry }: { object: string; entry: unknown[] }) =>
    object !== products[platform].object
      ? []
      : entry.flatMap((one) =>
          (['messaging', 'standby', 'changes'] as const).flatMap((place) => {
            const list = (one as Json | null)?.[place]
            return Array.isArray(list) ? list.map((value: unknown) => ({ place, value })) : []
          }),
        ),
  )
}

describe.each(platforms)('what %s delivers', (platform) => {
  const { object, us, parse } = products[platform]
  const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))
  const envelope = (items: readonly { place: Place; value: unknown }[]) => ({
    object,
    entry: items.map(({ place, value }) => ({ id: us, time: 1763800000123, [place]: [value] })),
  })
  /** The same in one entry, as Meta may batch them. */
  const crowded = (items: readonly { place: Place; value: unknown }[]) => {
    const lists: Record<Place, unknown[]> = { messaging: [], standby: [], changes: [] }
    for (const { place, value } of items) lists[place].push(value)
    return { object, entry: [{ id: us, time: 1763800000123, ...lists }] }
  }
  const nameOf = ({ item }: ParsedItem) => `${item.kind} ${JSON.stringify(item.key)}`
  const shapes = itemsOf(platform)
  const known = shapes.filter((shape) => parse(encode(envelope([shape])))[0]?.item.kind !== 'unrecognised')
  const unknown = shapes.filter((shape) => !known.includes(shape))

  /** A shape with one of its fields, at any depth, taken out or replaced. */
  const mutated = fc
    .tuple(fc.constantFrom(...shapes), fc.nat(), fc.oneof(fc.constant(undefined), fc.jsonValue()))
    .map(([{ place, value }, which, put]) => {
      const copy = structuredClone(value)
      const spots: [Json, string][] = []
      const walk = (node: unknown) => {
        if (typeof node !== 'object' || node === null) return
        for (const key of Object.keys(node)) {
          spots.push([node as Json, key])
          walk((node as Json)[key])
        }
      }
      walk(copy)
      const [node, key] = spots[which % (spots.length || 1)] ?? [{}, '']
      if (put === undefined) delete node[key]
      else node[key] = put
      return { place, value: copy }
    })

  it('has fixtures of both kinds', () => {
    expect(known.length).toBeGreaterThan(20)
    expect(unknown.length).toBeGreaterThan(10)
  })

  it('is read whole and once: each known item by its own key, each other one as unrecognised, whatever stands beside it', () => {
    const anyShape = fc.oneof(
      fc.constantFrom(...known),
      fc.constantFrom(...unknown),
      mutated,
      fc.jsonValue().map((value) => ({ place: 'messaging' as const, value })),
    )
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
