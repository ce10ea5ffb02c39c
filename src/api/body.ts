import type { MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { HTTPException } from 'hono/http-exception'
import { AppError } from '#src/domain/errors.ts'
import { jsonFault } from '#src/http/json.ts'

const BODY_BYTES_MAX = 64 * 1024
const JSON_TYPE = /^application\/json(\s*;\s*charset="?utf-8"?)?\s*$/i

export const limitBody = bodyLimit({
  maxSize: BODY_BYTES_MAX,
  onError: () => {
    throw new HTTPException(413)
  },
})

/** A body is JSON that any two readers take for the same thing. What is none may be left out, and says no type then. */
export const strictJson: MiddlewareHandler = async (c, next) => {
  const text = c.req.method === 'GET' || c.req.method === 'HEAD' ? '' : await c.req.text()
  if (text !== '') {
    if (!JSON_TYPE.test(c.req.header('content-type') ?? '')) throw new HTTPException(415)
    if (!isJson(text)) throw new HTTPException(400)
    if (jsonFault(text)) throw new AppError('invalid_input', 'This JSON is not plain', { field: 'body' })
  }
  await next()
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
