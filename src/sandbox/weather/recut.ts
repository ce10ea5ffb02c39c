import { encodeBody } from '../wire.ts'
import type { World } from '../world.ts'
import { draw, strikes } from './weather.ts'

/** So many deliveries of a thread are remembered, and at most so many come again together. */
const REMEMBERED = 4

interface Body {
  entry?: { messaging?: unknown[] }[]
}

interface Piece {
  body: string
  mids?: string[]
}

/** Remembers what went to each thread, and gives it out again in bodies that are cut differently. */
export function createRecut(world: World) {
  const recent = new Map<string, Piece[]>()

  return function recut({ thread, ...piece }: Piece & { thread: string }, about: string): Piece[] {
    const { weather } = world
    const chance = weather.deliveries.recut
    if (chance === 0 || !isMessaging(piece.body)) return []
    const known = [...(recent.get(thread) ?? []), piece].slice(-REMEMBERED)
    recent.set(thread, known)
    if (known.length < 2 || !strikes(weather, chance, { kind: 'recut', about })) return []
    const cut = 2 + Math.floor(draw(weather.seed, { kind: 'recut at', about }) * (known.length - 1))
    return [known.slice(0, cut), known.slice(cut)].filter((part) => part.length > 0).map(joined)
  }
}

function isMessaging(body: string): boolean {
  return body.includes('"messaging":[')
}

/** All items in one body: the first of the bodies has one entry for all, the other one for each delivery. */
function joined(pieces: readonly Piece[], index: number): Piece {
  const bodies = pieces.map(({ body }) => JSON.parse(body) as Body)
  const [first] = bodies
  const entries = bodies.flatMap(({ entry }) => entry ?? [])
  const items = entries.flatMap(({ messaging }) => messaging ?? [])
  const entry = index === 0 ? [{ ...entries[0], messaging: items }] : entries
  return { body: encodeBody({ ...first, entry }), mids: pieces.flatMap(({ mids = [] }) => mids) }
}
