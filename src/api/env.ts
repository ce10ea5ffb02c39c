import { type Hook, OpenAPIHono, type z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { AppError } from '#src/domain/errors.ts'
import type { Actor } from './deps.ts'

/** What one request knows. */
export interface Env {
  Variables: { actor: Actor; requestId: string }
}

export type Api = OpenAPIHono<Env>

/** The actor of this request; the guard has let nobody else through. */
export function actorOf(c: Context<Env>): Actor {
  return c.get('actor')
}

/** The reason for a refusal names the field, never what stood in it. */
// biome-ignore lint/suspicious/noExplicitAny: the hook hears of every route's own shape.
const refuseWrongInput: Hook<any, Env, any, any> = (result) => {
  if (result.success) return
  const [issue] = result.error.issues
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined
  const field = String(unknown ?? issue?.path.join('.') ?? '') || 'body'
  const what = unknown === undefined ? 'is not as the document of this API describes it' : 'is not known here'
  throw new AppError('invalid_input', `“${field.slice(0, 100)}” ${what}`, { field: field.slice(0, 100) })
}

export function newApi(): Api {
  return new OpenAPIHono<Env>({ defaultHook: refuseWrongInput })
}

/** An answer as the document describes it. */
export function json<Shape extends z.ZodType>(schema: Shape, description: string) {
  return { description, content: { 'application/json': { schema } } }
}
