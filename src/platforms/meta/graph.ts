import { isSafeNumber, parse } from 'lossless-json'
import type { Secret } from '#src/vault/secret.ts'

/** What Graph said, as far as it said anything. `body` is undefined when it is not JSON, or too long. */
export interface GraphAnswer {
  status: number
  headers: Headers
  body: unknown
}

/**
 * One call, told apart by what is certain: `answered`; `unreached` when the request cannot have arrived; `unknown`
 * when it may have. `code` is the transport's own, such as `ECONNREFUSED`.
 */
export type GraphCall =
  | { kind: 'answered'; answer: GraphAnswer }
  | { kind: 'unreached'; code: string }
  | { kind: 'unknown'; code: string }

export interface GraphRequest {
  url: URL
  method: 'GET' | 'POST' | 'DELETE'
  /** Sent in the header: a URL ends up in logs of proxies. */
  token?: Secret
  json?: unknown
  form?: URLSearchParams
  /** More than this is not read; lists need more than other answers. */
  answerMaxBytes?: number
  signal: AbortSignal
}

const ANSWER_MAX_BYTES = 262_144

/** Never throws and never repeats a request; a redirect is not followed, because it would carry the token elsewhere. */
export async function callGraph(request: GraphRequest, fetch: typeof globalThis.fetch): Promise<GraphCall> {
  const { url, method, token, json, form, signal, answerMaxBytes = ANSWER_MAX_BYTES } = request
  const headers = new Headers({ accept: 'application/json' })
  if (token) headers.set('authorization', `Bearer ${token.reveal()}`)
  if (json !== undefined) headers.set('content-type', 'application/json')
  const body = json === undefined ? (form ?? null) : JSON.stringify(json)
  try {
    const response = await fetch(url, { method, headers, body, signal, redirect: 'error' })
    return { kind: 'answered', answer: await readAnswer(response, answerMaxBytes) }
  } catch (error) {
    const code = transportCode(error)
    return { kind: failedBeforeWriting(error) ? 'unreached' : 'unknown', code }
  }
}

async function readAnswer(response: Response, maxBytes: number): Promise<GraphAnswer> {
  const { status, headers } = response
  // A status without its body still says something, and the error table reads it; a lost body is no lost answer.
  const text = await readText(response, maxBytes).catch(() => undefined)
  return { status, headers, body: text === undefined ? undefined : parseJson(text) }
}

async function readText({ body }: Response, maxBytes: number): Promise<string | undefined> {
  if (!body) return undefined
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > maxBytes) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parseJson(text: string): unknown {
  try {
    // Ids of Meta pass 2^53; such a number stays text.
    return parse(text, undefined, (value) => (isSafeNumber(value) ? Number(value) : value))
  } catch {
    return undefined
  }
}

/** A field of something that came from outside. */
export function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

const CONNECT_CALLS = new Set(['connect', 'getaddrinfo'])
/** Failures of the connection itself, before a byte of the request is written. */
const CONNECT_CODES =
  /^(UND_ERR_CONNECT_TIMEOUT|ERR_INVALID_URL|ERR_TLS_.+|CERT_.+|.*_CERT_.+|UNABLE_TO_.+|SELF_SIGNED_.+)$/

/** True only when the request cannot have reached anybody. */
function failedBeforeWriting(error: unknown): boolean {
  const cause = causeOf(error)
  if (cause instanceof AggregateError) return cause.errors.length > 0 && cause.errors.every(failedBeforeWriting)
  if (!(cause instanceof Error)) return false
  if ('syscall' in cause && CONNECT_CALLS.has(String(cause.syscall))) return true
  return CONNECT_CODES.test(codeOf(cause) ?? '')
}

function transportCode(error: unknown): string {
  const cause = causeOf(error)
  return (codeOf(cause) ?? (cause instanceof Error ? cause.name : 'unknown')).slice(0, 32)
}

/** fetch wraps what happened into a `TypeError: fetch failed`. */
function causeOf(error: unknown): unknown {
  return error instanceof Error && error.cause instanceof Error ? error.cause : error
}

function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : undefined
}
