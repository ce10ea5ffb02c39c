import { z } from '@hono/zod-openapi'

const Problem = z
  .strictObject({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    code: z.string(),
    detail: z.string().optional(),
    field: z.string().optional(),
    requestId: z.string().optional(),
  })
  .openapi('Problem')

const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: Problem } },
})

/** What any route may answer instead. https://www.rfc-editor.org/rfc/rfc9457 */
export const problems = {
  401: problem('No credential, or one that is not taken'),
  403: problem('The credential does not allow this'),
  422: problem('The input is not as described here'),
  503: problem('Something needed is away; `Retry-After` says when to come back'),
}

export const missing = { 404: problem('There is no such thing, or it belongs to an account out of reach') }
export const clash = { 409: problem('It is in another state by now') }
