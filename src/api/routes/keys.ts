import { createRoute, z } from '@hono/zod-openapi'
import { rotationDueAt } from '#src/domain/api-key.ts'
import { AppError } from '#src/domain/errors.ts'
import { parseId } from '#src/domain/ids.ts'
import { clash, missing, problems } from '../answers.ts'
import type { ApiDeps, ListedKey, StoredKey } from '../deps.ts'
import { type Api, actorOf, json } from '../env.ts'
import { Key, MadeKey, NewKey, OwnKey, Rotation } from '../shapes/keys.ts'
import { NoQuery, pageOf } from '../shapes/words.ts'

const params = z.object({ id: z.string() })
const body = <Shape extends z.ZodType>(schema: Shape) => ({
  required: true,
  content: { 'application/json': { schema } },
})

const listKeys = createRoute({
  method: 'get',
  path: '/api-keys',
  summary: 'Every key with how often it was used; never the key itself',
  request: { query: NoQuery },
  responses: { 200: json(pageOf(Key), 'All of them'), ...problems },
})

const createKey = createRoute({
  method: 'post',
  path: '/api-keys',
  summary: 'Makes a key and shows it, this once',
  request: { query: NoQuery, body: body(NewKey) },
  responses: { 201: json(MadeKey, 'The key'), ...problems },
})

const rotateKey = createRoute({
  method: 'post',
  path: '/api-keys/{id}/rotation',
  summary: 'Makes a key like this one; both work until the old one is revoked or the overlap is over',
  request: { params, query: NoQuery, body: body(Rotation) },
  responses: { 201: json(MadeKey, 'The new key'), ...missing, ...clash, ...problems },
})

const revokeKey = createRoute({
  method: 'delete',
  path: '/api-keys/{id}',
  summary: 'Revokes a key: no process takes it from the next request on. Safe to repeat.',
  request: { params, query: NoQuery },
  responses: { 204: { description: 'It is revoked' }, ...missing, ...problems },
})

const readOwn = createRoute({
  method: 'get',
  path: '/api-keys/self',
  summary: 'The key this call was made with',
  request: { query: NoQuery },
  responses: { 200: json(OwnKey, 'The key'), ...problems },
})

/** Keys are made and taken away by people; a program only asks who it is. */
export function addKeys(api: Api, { keys }: ApiDeps): void {
  api.openapi(readOwn, (c) => {
    const actor = actorOf(c)
    if (actor.kind !== 'key') throw new AppError('forbidden', 'This address is for keys')
    return c.json(ownView(actor.key), 200)
  })

  api.openapi(listKeys, async (c) => c.json({ data: (await keys.list()).map(viewOf), nextCursor: null }, 200))

  api.openapi(createKey, async (c) => {
    const { accountIds, expiresAt, ...wish } = c.req.valid('json')
    const more = { ...(accountIds && { accountIds }), expiresAt }
    const { id, key } = await keys.create({ ...wish, ...more, by: { kind: 'operator', id: actorOf(c).id } })
    return c.json({ id, key }, 201)
  })

  api.openapi(rotateKey, async (c) => {
    const id = parseId('key', c.req.valid('param').id)
    const { overlapHours } = c.req.valid('json')
    const made = await keys.rotate({ id, overlapHours, by: { kind: 'operator', id: actorOf(c).id } })
    return c.json({ id: made.id, key: made.key }, 201)
  })

  api.openapi(revokeKey, async (c) => {
    const id = parseId('key', c.req.valid('param').id)
    await keys.revoke({ id, by: { kind: 'operator', id: actorOf(c).id } })
    return c.body(null, 204)
  })
}

function ownView(key: StoredKey): z.infer<typeof OwnKey> {
  const { id, name, hint, environment, scopes, accountIds, createdAt, expiresAt, lastUsedAt } = key
  const copies = { scopes: [...scopes], accountIds: accountIds && [...accountIds], rotateBy: rotationDueAt(key) }
  return { id, name, hint, environment, createdAt, expiresAt, lastUsedAt, ...copies }
}

function viewOf(key: ListedKey): z.infer<typeof Key> {
  const { createdBy, revokedAt, replacedBy, uses } = key
  return { ...ownView(key), createdBy, revokedAt, replacedBy, uses }
}
