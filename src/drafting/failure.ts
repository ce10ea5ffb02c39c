import { APIConnectionError, APIError, APIUserAbortError } from '@anthropic-ai/sdk'
import type { DraftAnswer, NoDraftReason } from '#src/domain/draft.ts'
import { AppError } from '#src/domain/errors.ts'

/** Marks an error after which nobody knows whether the call was billed. */
export const UNANSWERED = 'unanswered'

const NEVER_REACHED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'])
const CAUSES_MAX = 5
/** Request timeout, and a client that closed early. */
const SAFE_TO_RETRY = new Set([408, 499])
const NOTHING_USED = { inputTokens: 0, outputTokens: 0, costMicros: 0 }

const reasons: Record<number, NoDraftReason> = {
  401: 'claude_rejected_key',
  402: 'spend_limit',
  403: 'claude_rejected_key',
}
const notes: Partial<Record<NoDraftReason, string>> = {
  claude_rejected_key: 'Claude refused the API key',
  spend_limit: 'The Anthropic account has reached its spend limit',
  claude_rejected_request: 'Claude refused the request',
}

/**
 * What a failed call means: an answer without a draft when trying again cannot help, else it throws. Decided by status,
 * headers and codes, never by the message, which may repeat what a contact wrote.
 * https://platform.claude.com/docs/en/api/errors
 */
export function readFailure(error: unknown, at: Date): DraftAnswer {
  if (error instanceof APIError && error.status !== undefined)
    return readRefusal(error as APIError<number, Headers>, at)
  const isLost = error instanceof APIConnectionError || error instanceof APIUserAbortError
  throw unavailable(error, isLost ? 'Claude could not be reached' : 'Claude’s answer could not be read')
}

function readRefusal(error: APIError<number, Headers>, at: Date): DraftAnswer {
  const { status, headers, type } = error
  if (status === 429) {
    const until = retryAt(headers, at)
    if (until) throw new AppError('rate_limited', 'Claude asks to wait', { until })
    return none('spend_limit', error)
  }
  if (status >= 500 || SAFE_TO_RETRY.has(status))
    throw new AppError('platform_unavailable', `Claude answered ${status}`)
  return none(type === 'billing_error' ? 'spend_limit' : (reasons[status] ?? 'claude_rejected_request'), error)
}

function none(reason: NoDraftReason, { status, type, errorCode, requestID }: APIError): DraftAnswer {
  const marks = [status, type, errorCode, requestID && `request ${requestID}`].filter(Boolean).join(', ')
  return { outcome: 'none', reason, note: `${notes[reason]} (${marks})`, usage: NOTHING_USED }
}

/** Seconds, or a date: https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Retry-After */
function retryAt(headers: Headers, at: Date): Date | undefined {
  const value = headers.get('retry-after')
  if (value === null) return undefined
  const ms = /^\d+(\.\d+)?$/.test(value) ? at.getTime() + Number(value) * 1000 : Date.parse(value)
  return Number.isFinite(ms) ? new Date(Math.max(ms, at.getTime())) : undefined
}

function unavailable(error: unknown, message: string): AppError {
  return isNeverReached(error)
    ? new AppError('platform_unavailable', message)
    : new AppError('platform_unavailable', message, { field: UNANSWERED })
}

function isNeverReached(error: unknown): boolean {
  let at = error
  for (let depth = 0; at instanceof Error && depth < CAUSES_MAX; depth++) {
    if ('code' in at && typeof at.code === 'string' && NEVER_REACHED.has(at.code)) return true
    at = at.cause
  }
  return false
}
