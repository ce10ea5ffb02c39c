import type { Context, MiddlewareHandler } from 'hono'
import { matchedRoutes } from 'hono/route'
import { keyMay, reachOfKey } from '#src/domain/api-key.ts'
import { AppError } from '#src/domain/errors.ts'
import { may } from '#src/domain/identity.ts'
import { isRecent } from '#src/domain/session.ts'
import { clientAddress } from '#src/http/address.ts'
import { bearerIn } from '#src/http/bearer.ts'
import { accessOf, type Declared, requireSameOrigin } from '#src/http/guard.ts'
import { count } from '#src/http/rate.ts'
import { apiAccess } from './access.ts'
import type { Actor, ApiDeps } from './deps.ts'
import type { Env } from './env.ts'

const HASH_SHOWN = 12

/** Finds out who asks and lets through what the table allows. Whoever proves nothing learns nothing, not even what there is. */
export function guard(deps: ApiDeps): MiddlewareHandler<Env> {
  return async (c, next) => {
    const actor = await actorIn(c, deps).catch((error: unknown) => refuse(c, error, deps))
    const routes = matchedRoutes(c)
    const declared = accessOf<Declared>(apiAccess, routes)
    if (actor.kind === 'key') deps.noteUse(actor.id, nameOf(routes))
    if (!declared) throw new AppError('not_found', 'There is nothing at this address')
    requireAllowed(actor, declared)
    if (declared.asks === 'keys' && c.req.method !== 'GET') requireRecent(actor, deps.now())
    c.set('actor', actor)
    await next()
  }
}

/** Whoever is nobody is counted by where they come from. */
async function refuse(c: Context<Env>, error: unknown, { counters }: ApiDeps): Promise<never> {
  if (counters) await count(c, { counter: counters.address, key: clientAddress(c) })
  throw error
}

/** Whoever is somebody is counted as that, wherever they come from. */
export function countedBy({ kind, id }: Actor, { counters }: ApiDeps) {
  return counters && { counter: kind === 'key' ? counters.key : counters.session, key: id }
}

function nameOf(routes: ReturnType<typeof matchedRoutes>): string {
  const route = routes.findLast(({ method }) => method !== 'ALL')
  return route ? `${route.method} ${route.path}` : '(none)'
}

async function actorIn(c: Context<Env>, deps: ApiDeps): Promise<Actor> {
  const key = c.req.header('x-api-key')
  const authorization = c.req.header('authorization')
  if (key !== undefined && authorization !== undefined) {
    throw new AppError('unauthenticated', 'Two credentials came; send one')
  }
  if (key !== undefined) return programOf(c, key, deps)
  if (authorization !== undefined) return bearerOf(authorization, deps)
  const person = deps.bearerOf ? undefined : await deps.sessionOf(c)
  if (!person) throw new AppError('unauthenticated', 'Send a credential with this call')
  // A browser sends its cookie whoever asked it to.
  requireSameOrigin(c, deps.publicUrl)
  return person
}

async function programOf(c: Context<Env>, text: string, { keys, tellSecurity }: ApiDeps): Promise<Actor> {
  const found = await keys.check(text)
  if ('key' in found) {
    const { key } = found
    return { kind: 'key', via: 'key', id: key.id, key, reach: reachOfKey(key) }
  }
  const { refused, hash } = found
  tellSecurity({
    event: 'auth.api_key.rejected',
    reason: refused,
    // Enough to tell one wrong key from another, and of no use to make one.
    offered: hash.slice(0, HASH_SHOWN),
    route: nameOf(matchedRoutes(c)),
    address: clientAddress(c),
    requestId: String(c.get('requestId')),
  })
  if (refused !== 'wrong_environment') throw new AppError('unauthenticated', 'This key is not taken')
  throw new AppError('unauthenticated', 'This key is for another environment', { field: 'environment' })
}

async function bearerOf(authorization: string, deps: ApiDeps): Promise<Actor> {
  const token = bearerIn(authorization)
  const person = token === undefined ? undefined : await deps.bearerOf?.(token)
  if (!person) throw new AppError('unauthenticated', 'This token is not taken')
  return person
}

function requireAllowed(actor: Actor, { asks, by }: Declared): void {
  if (!by.includes(actor.via)) {
    throw new AppError('forbidden', `This address takes no ${actor.via === 'key' ? 'API key' : actor.via}`, {
      field: 'credential',
    })
  }
  if (asks === 'anyone' || asks === 'operator') return
  const isAllowed = actor.kind === 'key' ? keyMay(actor.key, asks) : may(actor.role, asks)
  if (!isAllowed) throw new AppError('forbidden', `This needs the right to ${asks}`, { field: 'scope' })
}

/** A session that was left open makes no keys: the console asks for a proof, and takes it. */
function requireRecent(actor: Actor, at: Date): void {
  if (actor.kind === 'key' || isRecent(actor.confirmedAt, at)) return
  throw new AppError('reauthentication_required', 'Confirm in the console that it is you, then ask again')
}
