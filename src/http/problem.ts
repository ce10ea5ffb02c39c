import { STATUS_CODES } from 'node:http'
import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { AppError, handling } from '#src/domain/errors.ts'

/** RFC 9457; `detail` is for the person who asked and never tells anything from inside. */
export interface Problem {
  type: 'about:blank'
  title: string
  status: number
  code: string
  detail?: string
  /** The field or rule at fault. */
  field?: string
  requestId?: string
}

const RETRY_AFTER_S = 5

/** What an error means to whoever made the request; the console makes a page of it, the other doors answer it as JSON. */
export function problemOf(error: unknown, requestId?: string): Problem {
  const id = requestId === undefined ? {} : { requestId }
  if (error instanceof HTTPException) return { ...problem(error.status, 'http_error'), ...id }
  const { code, message, field } = AppError.from(error)
  return {
    ...problem(handling[code].status, code),
    // Nobody wrote the words of an internal error for a reader outside.
    ...(code !== 'internal' && { detail: message }),
    ...(field !== undefined && { field }),
    ...id,
  }
}

function problem(status: number, code: string): Problem {
  return { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, code }
}

/** Headers an answer to this error carries, whatever its body: what the framework set, and when to come back. */
export function problemHeaders(error: unknown): Record<string, string> {
  if (error instanceof HTTPException) {
    const headers = Object.fromEntries(error.res?.headers ?? [])
    return Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith('content-')))
  }
  const { code, until } = AppError.from(error)
  return handling[code].status === 503 ? { 'retry-after': until?.toUTCString() ?? String(RETRY_AFTER_S) } : {}
}

/** For `app.onError`. */
export function answerError(error: unknown, c: Context): Response {
  return answer(problemOf(error, requestIdOf(c)), problemHeaders(error), c)
}

/** For `app.notFound`. */
export function answerNotFound(c: Context): Response {
  return answerError(new AppError('not_found', 'There is nothing at this address'), c)
}

function answer(body: Problem, headers: Record<string, string>, c: Context): Response {
  return c.body(JSON.stringify(body), body.status as ContentfulStatusCode, {
    ...headers,
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
  })
}

function requestIdOf(c: Context): string | undefined {
  const id: unknown = c.get('requestId')
  return typeof id === 'string' ? id : undefined
}
