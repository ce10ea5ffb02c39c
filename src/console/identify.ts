import { clientAddress } from '#src/http/address.ts'
import { bearerIn } from '#src/http/bearer.ts'
import { type Room, reachOf, type Visit } from './env.ts'
import type { Session } from './people-verbs.ts'

/** Finds out who asks, and renews what the browser holds where that is due. What a script fetches by itself does not count as somebody being there. */
export async function identify(c: Visit, room: Room): Promise<void> {
  const session = c.req.path.startsWith('/assets/') ? undefined : await sessionOf(c, room)
  c.set('session', session)
  const reach = session ? await reachOf(session.operator, room) : []
  c.set('reach', reach)
  c.set('reads', room.reads(reach))
}

/** Whether the session of a request goes on, for as long as its answer does. */
export async function isStillOpen(c: Visit, { sessionId }: Session, { signIn, bearerOf }: Room): Promise<boolean> {
  const token = bearerIn(c.req.header('authorization'))
  if (bearerOf) return token !== undefined && (await bearerOf(token)) !== undefined
  return (await signIn.checkSession(sessionId)) !== undefined
}

/** A session is counted by itself, so that colleagues behind one address do not get in each other's way. */
export function countedBy(c: Visit, { counters }: Room) {
  if (!counters) return undefined
  if (c.req.path.startsWith('/assets/')) return { counter: counters.assets, key: clientAddress(c) }
  const session = c.get('session')
  return session
    ? { counter: counters.session, key: session.sessionId }
    : { counter: counters.address, key: clientAddress(c) }
}

async function sessionOf(c: Visit, { cookies, signIn, bearerOf }: Room): Promise<Session | undefined> {
  if (bearerOf) {
    const token = bearerIn(c.req.header('authorization'))
    return token ? bearerOf(token) : undefined
  }
  const isFetched = ['/events', '/presence'].includes(c.req.path) || c.req.path.startsWith('/media/')
  const isBackground = isFetched || c.req.header('x-background') !== undefined
  const found = await signIn.sessionOf(cookies.read(c), { touch: !isBackground })
  if (found?.renewed) cookies.write(c, found.renewed)
  return found?.session
}
