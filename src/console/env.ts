import type { Context } from 'hono'
import { AppError } from '#src/domain/errors.ts'
import { canBeRestricted, type Reach } from '#src/domain/identity.ts'
import { clientAddress } from '#src/http/address.ts'
import type { SessionCookies, TokenCookie } from '#src/http/session.ts'
import type { AssetStore } from './assets.ts'
import type { ConsoleDeps } from './deps.ts'
import type { Browser, Operator, Session } from './people-verbs.ts'
import type { Reads } from './reads.ts'
import type { Streams } from './streams.ts'

/** What one request knows. */
export interface Env {
  Variables: { session: Session | undefined; reach: Reach; reads: Reads }
}

export type Visit = Context<Env>

/** What every route of the console is built from. */
export interface Room extends ConsoleDeps {
  assets: AssetStore
  cookies: SessionCookies
  stepCookie: TokenCookie
  linkCookie: TokenCookie
  streams: Streams
}

/** What the operator of this request may read; of nobody's accounts while nobody is signed in. */
export function readsOf(c: Visit): Reads {
  return c.get('reads')
}

/** The accounts that somebody sees at this moment; only those who can be kept to some are looked up. */
export async function reachOf(
  { id, role }: Pick<Operator, 'id' | 'role'>,
  room: Pick<Room, 'reachOf'>,
): Promise<Reach> {
  return canBeRestricted(role) ? room.reachOf(id) : 'all'
}

/** The operator of this request; the access table has let nobody else through. */
export function operatorOf(c: Visit): Operator {
  return sessionOf(c).operator
}

/** Where a request comes from, and with what. */
export function browserOf(c: Visit): Browser {
  return { address: clientAddress(c), agent: c.req.header('user-agent') ?? '' }
}

export function sessionOf(c: Visit): Session {
  const session = c.get('session')
  if (!session) throw new AppError('unauthenticated', 'Please sign in')
  return session
}
