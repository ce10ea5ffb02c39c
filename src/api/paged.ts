import type { Context } from 'hono'
import { AppError } from '#src/domain/errors.ts'

/** A page as it is answered; where the next one begins stands in the body and in the `Link` header. */
export function paged<Item>(c: Context, data: Item[], nextCursor: string | null) {
  if (nextCursor !== null) {
    const url = new URL(c.req.url)
    url.searchParams.set('cursor', nextCursor)
    c.header('link', `<${url.pathname}${url.search}>; rel="next"`)
  }
  return { data, nextCursor }
}

/** What was asked for, or `not_found`: whether it exists elsewhere is nobody's business. */
export function present<T>(found: T | undefined, kind: string): T {
  if (found === undefined) throw new AppError('not_found', `There is no such ${kind}`)
  return found
}
