import type { Child } from 'hono/jsx'
import { answerHtml } from '#src/http/gzip.ts'
import type { Visit } from '../env.ts'

/** A page as an answer. */
export function page(
  c: Visit,
  content: Child,
  status: 200 | 400 | 401 | 403 | 404 | 409 | 413 | 422 | 429 | 500 | 502 | 503 = 200,
): Promise<Response> {
  return answerHtml(c, `<!doctype html>${String(content)}`, status)
}
