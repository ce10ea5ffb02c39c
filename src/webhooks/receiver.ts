import { type Context, Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { AppError } from '#src/domain/errors.ts'
import type { Platform } from '#src/domain/platform.ts'
import { answerError } from '#src/http/problem.ts'
import type { Requested } from '#src/http/request-log.ts'
import type { Accept } from './acceptor.ts'
import { answerHandshake } from './handshake.ts'
import type { Log } from './log.ts'
import { readBody } from './read-body.ts'

interface ReceiverDeps {
  /** Whose door it is. */
  source: Platform
  /** Over the raw bytes, in constant time; names the secret that matched. */
  matchSignature: (body: Uint8Array, header: string | undefined) => { label: string; digest: string } | undefined
  /** In constant time. */
  isVerifyToken: (given: string) => boolean
  accept: Accept
  log: Log
  now: () => Date
  bodyDeadlineMs?: number
}

/** Meta puts up to 1,000 updates into one body and names no size. */
const BODY_BYTES_MAX = 8 * 1024 * 1024
const BODY_DEADLINE_MS = 10_000
const JSON_TYPE = /^application\/json(\s*;\s*charset="?[\w-]+"?)?\s*$/i
/** The same for every refusal, so that it helps nobody to guess. */
const REFUSAL = JSON.stringify({ type: 'about:blank', title: 'Unauthorized', status: 401 })

/** Door for one of Meta's products: takes nothing unsigned, understands nothing, and answers 200 only for what is stored. */
export function createReceiver(deps: ReceiverDeps) {
  const { source, isVerifyToken, log } = deps
  const app = new Hono<Requested>()
  app.onError((error, c) => {
    if (error instanceof AppError && error.code === 'forbidden') {
      log.warn({ event: 'webhook.handshake_refused', source }, 'security')
    }
    return answerError(error, c)
  })
  app.get('/', (c) => answerHandshake(c, isVerifyToken))
  app.post('/', (c) => receive(c, deps))
  app.all('/', () => {
    throw new HTTPException(405, { res: new Response(null, { status: 405, headers: { allow: 'GET, HEAD, POST' } }) })
  })
  return app
}

async function receive(c: Context<Requested>, deps: ReceiverDeps): Promise<Response> {
  const { source, matchSignature, accept, log, now, bodyDeadlineMs = BODY_DEADLINE_MS } = deps
  requireJson(c)
  const body = await readBody(c, { maxBytes: BODY_BYTES_MAX, deadlineMs: bodyDeadlineMs })
  const matched = matchSignature(body, c.req.header('x-hub-signature-256'))
  if (!matched) {
    log.warn({ event: 'webhook.signature_refused', source, reason: reasonOf(c) }, 'security')
    return c.body(REFUSAL, 401, { 'content-type': 'application/problem+json', 'cache-control': 'no-store' })
  }
  c.set('logged', { signedWith: matched.label, bytes: body.length })
  await accept({ source, digest: matched.digest, secretLabel: matched.label, body, acceptedAt: now() })
  return c.text('EVENT_RECEIVED')
}

function requireJson(c: Context): void {
  const isJson = JSON_TYPE.test(c.req.header('content-type') ?? '')
  const encoding = c.req.header('content-encoding') ?? 'identity'
  if (!isJson || encoding.toLowerCase() !== 'identity') throw new HTTPException(415)
}

function reasonOf(c: Context): string {
  if (c.req.header('x-hub-signature-256') !== undefined) return 'wrong'
  return c.req.header('x-hub-signature') === undefined ? 'missing' : 'sha1_only'
}
