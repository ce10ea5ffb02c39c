import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { type Context, Hono } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { answerThread } from './claude/answer.ts'
import { type ReadRequest, readRequest } from './claude/request.ts'

/** Trouble for one request. Without a status the request is answered, only later. */
export interface ClaudeFault {
  status?: number
  headers?: Record<string, string>
  /** Sent as it is; an error body of the API's own form when absent. */
  body?: unknown
  delayMs?: number
}

interface StandInOptions {
  /** The key it accepts. */
  apiKey: string
  now?: () => Date
  /** Taken from the front, one for each request; push to it at any time. */
  faults?: ClaudeFault[]
}

const VERSION = '2026-10-21'
const CHARS_PER_TOKEN = 4
const REQUESTS_PER_MINUTE = 50

const errorTypes: Partial<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'invalid_request_error',
  429: 'rate_limit_error',
  504: 'timeout_error',
  529: 'overloaded_error',
}

/** Claude on this machine: the wire form of the real one, answers from the thread it is given, and is plainly marked. */
export function createClaudeStandIn({ apiKey, now = () => new Date(), faults = [] }: StandInOptions): Hono {
  /** Fronts of prompts that were sent before: the real one would read them from its cache. */
  const cached = new Set<string>()
  return new Hono().post('/v1/messages', async (c) => {
    const body = await c.req.text()
    const requestId = `req_sandbox_${hash(body)}`
    c.header('request-id', requestId)
    const fault = faults.shift()
    if (fault?.delayMs) await pause(fault.delayMs)
    if (fault?.status !== undefined) return strike(c, fault, requestId)
    const read = checkRequest(c, body, apiKey)
    if ('status' in read) return refuse(c, read.status, { message: read.message, requestId })
    const reset = new Date(now().getTime() + 60_000).toISOString()
    c.header('anthropic-ratelimit-requests-limit', String(REQUESTS_PER_MINUTE))
    c.header('anthropic-ratelimit-requests-reset', reset)
    return c.json(toMessage(read, { id: `msg_sandbox_${hash(body)}`, isCached: isKnown(cached, read.system) }))
  })
}

function checkRequest(
  c: Context,
  body: string,
  apiKey: string,
): ReadRequest | { status: 400 | 401 | 404; message: string } {
  if (c.req.header('authorization') !== `Bearer ${apiKey}`) return { status: 401, message: 'Invalid bearer token' }
  if (c.req.header('anthropic-version') !== VERSION)
    return { status: 400, message: `anthropic-version: ${VERSION} is required` }
  const read = readRequest(parsed(body))
  if (typeof read === 'string') return { status: 400, message: read }
  return read.model.startsWith('claude-') ? read : { status: 404, message: `model: ${read.model}` }
}

function toMessage(
  { model, maxTokens, system, user }: ReadRequest,
  { id, isCached }: { id: string; isCached: boolean },
) {
  const text = JSON.stringify(answerThread(system, user))
  const isWhole = tokens(text) <= maxTokens
  const front = tokens(system)
  return {
    id,
    type: 'message',
    role: 'assistant',
    model,
    content: [{ type: 'text', text: isWhole ? text : text.slice(0, maxTokens * CHARS_PER_TOKEN), citations: null }],
    stop_reason: isWhole ? 'end_turn' : 'max_tokens',
    stop_sequence: null,
    stop_details: null,
    usage: {
      input_tokens: tokens(user),
      output_tokens: Math.min(tokens(text), maxTokens),
      cache_creation_input_tokens: isCached ? 0 : front,
      cache_read_input_tokens: isCached ? front : 0,
      cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: isCached ? 0 : front },
      service_tier: 'standard',
    },
  }
}

function strike(c: Context, { status = 500, headers = {}, body }: ClaudeFault, requestId: string) {
  for (const [name, value] of Object.entries(headers)) c.header(name, value)
  if (body === undefined) return refuse(c, status, { message: 'Ordered by a test', requestId })
  return c.body(typeof body === 'string' ? body : JSON.stringify(body), known(status))
}

function refuse(c: Context, status: number, { message, requestId }: { message: string; requestId: string }) {
  const type = errorTypes[status] ?? (status >= 500 ? 'api_error' : 'invalid_request_error')
  return c.json({ type: 'error', error: { type, message }, request_id: requestId }, known(status))
}

/** 529 is Anthropic's own, so Hono does not list it. */
function known(status: number): ContentfulStatusCode {
  return status as ContentfulStatusCode
}

function isKnown(cached: Set<string>, front: string): boolean {
  const key = hash(front)
  const isCached = cached.has(key)
  cached.add(key)
  return isCached
}

function tokens(text: string): number {
  return Math.ceil(text.length / CHARS_PER_TOKEN)
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 24)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
