import { type Context, Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { AppError } from '#src/domain/errors.ts'
import { pageHeaders } from '#src/http/pages.ts'
import { answerError } from '#src/http/problem.ts'
import type { Requested } from '#src/http/request-log.ts'
import { withDeadline } from './deadline.ts'
import { type DeletionState, drawDeletion, drawNoDeletion } from './deletion-page.tsx'
import type { Log } from './log.ts'
import { readBody } from './read-body.ts'

interface SignedRequest {
  userRef: string
  issuedAt: Date
  digest: string
  label: string
}

interface ComplianceDeps {
  /** In constant time; undefined for whatever is not wholly in order. */
  readSignedRequest: (text: string) => SignedRequest | undefined
  /** Each resolves once it is committed, and may be asked for the same thing again. */
  deauthorize: (request: SignedRequest) => Promise<unknown>
  requestDeletion: (request: SignedRequest) => Promise<{ code: string }>
  deletionState: (code: string) => Promise<DeletionState | undefined>
  publicUrl: string
  log: Log
  bodyDeadlineMs?: number
}

/** A signed request has about 300 characters. */
const BODY_BYTES_MAX = 16 * 1024
const BODY_DEADLINE_MS = 10_000
const STORE_MS = 4000
const FORM_TYPE = /^application\/x-www-form-urlencoded(\s*;\s*charset="?[\w-]+"?)?\s*$/i
const CODE = /^[0-9a-z]{32}$/
/** The same for every refusal, so that it helps nobody to guess. */
const REFUSAL = JSON.stringify({ type: 'about:blank', title: 'Bad Request', status: 400 })

/**
 * Door for what Meta says about people rather than messages: somebody took back their permission, or wants to be forgotten.
 * Beside it the public page on which the latter can look up what became of that; it tells nothing about anybody.
 */
export function createCompliance(deps: ComplianceDeps) {
  const { deauthorize, requestDeletion, deletionState, publicUrl } = deps
  const app = new Hono<Requested>()
  app.onError(answerError)

  app.post('/meta/deauthorize', (c) =>
    receive(c, deps, async (request) => {
      await deauthorize(request)
      return c.text('OK')
    }),
  )
  app.post('/meta/data-deletion', (c) =>
    receive(c, deps, async (request) => {
      const { code } = await requestDeletion(request)
      const url = `${publicUrl}/compliance/deletions/${code}`
      return c.json({ url, confirmation_code: code }, 200, { 'cache-control': 'no-store' })
    }),
  )
  app.all('/meta/:kind{deauthorize|data-deletion}', () => {
    throw new HTTPException(405, { res: new Response(null, { status: 405, headers: { allow: 'POST' } }) })
  })

  app.get('/deletions/:code', pageHeaders(publicUrl), async (c) => {
    const code = c.req.param('code')
    const state = CODE.test(code) ? await stored(deletionState(code)) : undefined
    return state ? c.html(drawDeletion(state)) : c.html(drawNoDeletion(), 404)
  })
  return app
}

async function receive(
  c: Context<Requested>,
  deps: ComplianceDeps,
  work: (request: SignedRequest) => Promise<Response>,
): Promise<Response> {
  const { readSignedRequest, log, bodyDeadlineMs = BODY_DEADLINE_MS } = deps
  const body = await readBody(c, { maxBytes: BODY_BYTES_MAX, deadlineMs: bodyDeadlineMs })
  const text = isForm(c) ? onlyField(body) : undefined
  const request = text === undefined ? undefined : readSignedRequest(text)
  if (!request) {
    log.warn({ event: 'compliance.request_refused', source: 'meta' }, 'security')
    return c.body(REFUSAL, 400, { 'content-type': 'application/problem+json', 'cache-control': 'no-store' })
  }
  c.set('logged', { signedWith: request.label })
  return stored(work(request))
}

function isForm(c: Context): boolean {
  const encoding = c.req.header('content-encoding') ?? 'identity'
  return FORM_TYPE.test(c.req.header('content-type') ?? '') && encoding.toLowerCase() === 'identity'
}

/** The one field that Meta sends; anything beside it was not sent by Meta. */
function onlyField(body: Uint8Array): string | undefined {
  const fields = [...new URLSearchParams(new TextDecoder().decode(body))]
  const [first, second] = fields
  return first?.[0] === 'signed_request' && !second ? first[1] : undefined
}

/** Without the database nothing is promised: Meta asks again. */
async function stored<T>(work: Promise<T>): Promise<T> {
  try {
    return await withDeadline(work, STORE_MS)
  } catch (error) {
    throw new AppError('platform_unavailable', 'This cannot be written down right now', { cause: error })
  }
}
