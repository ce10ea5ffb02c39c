import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { AppError } from '#src/domain/errors.ts'

/** Anything else could be markup, which we would send back from our own address. */
const CHALLENGE = /^[\w-]{1,256}$/

/** Answers the question that Meta asks when the address is set. https://developers.facebook.com/docs/graph-api/webhooks/getting-started#verification-requests */
export function answerHandshake(c: Context, isVerifyToken: (given: string) => boolean): Response {
  const mode = c.req.query('hub.mode')
  const token = c.req.query('hub.verify_token')
  const challenge = c.req.query('hub.challenge')
  if (mode === undefined || token === undefined || !challenge || !CHALLENGE.test(challenge))
    throw new HTTPException(400)
  if (mode !== 'subscribe' || !isVerifyToken(token)) throw new AppError('forbidden', 'The verify token does not match')
  return c.text(challenge, 200, { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
}
