import type { Context } from 'hono'
import { AppError } from '#src/domain/errors.ts'
import type { SessionCookie } from '#src/http/session.ts'
import type { AssetStore } from './assets.ts'
import type { ConsoleDeps, Operator, Session } from './deps.ts'
import type { Streams } from './streams.ts'

/** What one request knows. */
export interface Env {
  Variables: { session: Session | undefined; token: string | undefined }
}

export type Visit = Context<Env>

/** What every route of the console is built from. */
export interface Room extends ConsoleDeps {
  assets: AssetStore
  cookie: SessionCookie
  linkCookie: SessionCookie
  streams: Streams
}

/** The operator of this request; the access table has let nobody else through. */
export function operatorOf(c: Visit): Operator {
  const session = c.get('session')
  if (!session) throw new AppError('unauthenticated', 'Please sign in')
  return session.operator
}
