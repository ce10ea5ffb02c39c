import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import type { ParsedItem } from '#src/domain/inbox.ts'
import type { platforms } from '#src/domain/platform.ts'
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
/** One item of a delivery, and the list it came in. */
export interface Shape {
  place: Place
  value: unknown
}

export const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))

/** All that a platform's fixtures hold, in pieces that can be put together anew. */
export function shapesOf(platform: keyof typeof products) {
  const { object, us, parse } = products[platform]
  const envelope = (items: readonly Shape[]) => ({
    object,
    entry: items.map(({ place, value }) => ({ id: us, time: 1763800000123, [place]: [value] })),
  })
  /** The same in one entry, as Meta may batch them. */
  const crowded = (items: readonly Shape[]) => {
    const lists: Record<Place, unknown[]> = { messaging: [], standby: [], changes: [] }
    for (const { place, value } of items) lists[place].push(value)
    return { object, entry: [{ id: us, time: 1763800000123, ...lists }] }
  }
  const shapes = readFixtures(platform)
  const known = shapes.filter((shape) => parse(encode(envelope([shape])))[0]?.item.kind !== 'unrecognised')
  const unknown = shapes.filter((shape) => !known.includes(shape))
  const mutated = mutationsOf(shapes)
  const anyShape = fc.oneof(
    fc.constantFrom(...known),
    fc.constantFrom(...unknown),
    mutated,
    fc.jsonValue().map((value) => ({ place: 'messaging' as const, value })),
  )
  return { us, parse, envelope, crowded, shapes, known, unknown, mutated, anyShape }
}

function readFixtures(platform: keyof typeof products): Shape[] {
  const folder = new URL(`../fixtures/${platform}/`, import.meta.url)
  const bodies = readdirSync(folder).map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')))
  return bodies
    .flat()
    .filter(({ object }) => object === products[platform].object)
    .flatMap(({ entry }: { entry: unknown[] }) => entry.flatMap(shapesIn))
}

function shapesIn(entry: unknown): Shape[] {
  return (['messaging', 'standby', 'changes'] as const).flatMap((place) => {
    const list = (entry as Json | null)?.[place]
    return Array.isArray(list) ? list.map((value: unknown) => ({ place, value })) : []
  })
}

/** A shape with one of its fields, at any depth, taken out or replaced. */
function mutationsOf(shapes: readonly Shape[]): fc.Arbitrary<Shape> {
  return fc
    .tuple(fc.constantFrom(...shapes), fc.nat(), fc.oneof(fc.constant(undefined), fc.jsonValue()))
    .map(([{ place, value }, which, put]) => {
      const copy = structuredClone(value)
      const spots = spotsOf(copy)
      const [node, key] = spots[which % (spots.length || 1)] ?? [{}, '']
      if (put === undefined) delete node[key]
      else node[key] = put
      return { place, value: copy }
    })
}

function spotsOf(node: unknown): [Json, string][] {
  if (typeof node !== 'object' || node === null) return []
  return Object.keys(node).flatMap((key) => [[node as Json, key], ...spotsOf((node as Json)[key])] as [Json, string][])
}
