import { createHash } from 'node:crypto'
import type { Platform } from '#src/domain/platform.ts'
import type { Arrival } from '../entries.ts'
import { createSerials } from '../weather/serials.ts'
import { platformOf, type World } from '../world.ts'
import { createUsage, type Usage } from './usage.ts'
import { createWindow, type Window } from './window.ts'

/** Calls a second and account; of a Page the brake, which comes before its limit: https://developers.facebook.com/documentation/business-messaging/messenger-platform/overview/rate-limiting */
const LIMITS = {
  instagram: { send: { limit: 100, ms: 1000 }, read: { limit: 2, ms: 1000 } },
  messenger: { send: { limit: 40, ms: 1000 }, read: { limit: 2, ms: 1000 } },
} as const satisfies Record<Platform, Record<'send' | 'read', { limit: number; ms: number }>>

/** What is known of a call from its head alone. */
export interface Head {
  /** Which of its account's calls, and which of its sends, it is. */
  call: number
  send: number
  isOver: boolean
}

/** What the weather knows a post by: the same words to the same person, and how often they have come. */
export interface Post {
  about: string
  serial: number
}

/** Counts what each account does. */
export interface Tally {
  usage: Usage
  head(arrival: Arrival): Head
  post(contactRef: string | undefined, text: string | undefined): Post
  read(arrival: Arrival, query: string): Post
}

export function createTally(world: World): Tally {
  const serials = createSerials()
  const usage = createUsage()
  const windows = new Map<string, Window>()

  function isOver({ accountRef, at }: Arrival, kind: 'send' | 'read'): boolean {
    const key = `${kind} ${accountRef}`
    const window = windows.get(key) ?? createWindow(LIMITS[platformOf(world, accountRef)][kind])
    windows.set(key, window)
    return window.isOver(at)
  }

  function head(arrival: Arrival): Head {
    const { accountRef } = arrival
    if (!accountRef) return { call: 0, send: 0, isOver: false }
    usage.count(accountRef, arrival.at)
    const kind = kindOf(arrival)
    return {
      call: serials.next(`call ${accountRef}`),
      send: kind === 'send' ? serials.next(`send ${accountRef}`) : 0,
      isOver: kind !== 'other' && isOver(arrival, kind),
    }
  }

  function post(contactRef = '', text = ''): Post {
    const about = createHash('sha256').update(`${contactRef}\n${text}`).digest('base64url')
    return { about, serial: serials.next(about) }
  }

  for (const arrival of world.arrivals) {
    head(arrival)
    if (arrival.contactRef) post(arrival.contactRef, arrival.text)
  }
  return {
    ...{ usage, head, post },
    read({ accountRef, path }, query) {
      const about = `${accountRef} ${path} ${query}`
      return { about, serial: serials.next(about) }
    },
  }
}

export function kindOf({ method, path }: Pick<Arrival, 'method' | 'path'>): 'send' | 'read' | 'other' {
  if (method === 'POST') return path.endsWith('/messages') ? 'send' : 'other'
  // Threads and messages alike have ids that begin so.
  return method === 'GET' && /\/(conversations|messages|aWdf[^/]*|[mt]_[^/]*)$/.test(path) ? 'read' : 'other'
}
