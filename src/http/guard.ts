import type { Context, MiddlewareHandler } from 'hono'
import { matchedRoutes } from 'hono/route'
import { AppError } from '#src/domain/errors.ts'
import { may, type Permission, type Role } from '#src/domain/identity.ts'

/** What a route asks for: a permission, any signed-in operator, or nothing at all. */
export type Access = Permission | 'operator' | 'anyone'

/** Every route of a door with its access, keyed as `POST /drafts/:id/decision`. */
export type AccessTable = Readonly<Record<string, Access>>

/** What somebody may prove with who they are: a browser's session, an API key, a token of another service, a signed body, nothing. */
export const credentialKinds = ['session', 'key', 'bearer', 'signature', 'none'] as const
export type CredentialKind = (typeof credentialKinds)[number]

/** A route asks for a permission, and takes these kinds of credential for it and no others. */
export interface Declared {
  asks: Access
  by: readonly CredentialKind[]
}

export type DeclaredTable = Readonly<Record<string, Declared>>

const safeMethods = ['GET', 'HEAD', 'OPTIONS']

/** Refuses a change that another site started. A browser names the origin of each form post; whoever names none is refused too. */
export function sameOriginOnly(publicUrl: string): MiddlewareHandler {
  return async (c, next) => {
    requireSameOrigin(c, publicUrl)
    await next()
  }
}

export function requireSameOrigin(c: Pick<Context, 'req'>, publicUrl: string): void {
  if (safeMethods.includes(c.req.method)) return
  const site = c.req.header('sec-fetch-site')
  const { origin } = new URL(publicUrl)
  const ours = site ? site === 'same-origin' || site === 'none' : c.req.header('origin') === origin
  if (!ours) throw new AppError('forbidden', 'This form was sent from another site', { field: 'origin' })
}

/** Lets a request through when the table says so. A route that is not in the table is refused, whoever asks. */
export function allowOnly(
  table: AccessTable,
  roleOf: (c: Parameters<MiddlewareHandler>[0]) => Role | undefined,
): MiddlewareHandler {
  return async (c, next) => {
    const access = accessOf(table, matchedRoutes(c))
    if (!access) throw new AppError('not_found', 'There is no such page')
    if (access !== 'anyone') requireRole(roleOf(c), access)
    await next()
  }
}

function requireRole(role: Role | undefined, access: Exclude<Access, 'anyone'>): void {
  if (!role) throw new AppError('unauthenticated', 'Please sign in')
  if (access !== 'operator' && !may(role, access)) {
    throw new AppError('forbidden', `Your role (${role}) does not allow this`, { field: 'role' })
  }
}

/** What is declared for the route that will answer; middleware matches every method, so it is passed over. */
export function accessOf<T>(
  table: Readonly<Record<string, T>>,
  matched: readonly { method: string; path: string }[],
): T | undefined {
  const route = matched.findLast(({ method }) => method !== 'ALL')
  return route && table[`${route.method} ${route.path}`]
}
