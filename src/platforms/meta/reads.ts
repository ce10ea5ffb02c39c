import { AppError } from '#src/domain/errors.ts'
import { codeText, type GraphError, graphErrorIn, meaningOf } from './errors.ts'
import type { GraphAnswer, GraphCall } from './graph.ts'
import { regainsAccessAt } from './usage.ts'

/**
 * The body of a call that changes nothing at the platform, so that trying again is always safe. Throws
 * `credential_rejected`, `rate_limited` or `platform_unavailable`; `field` holds Graph's code.
 */
export function requireAnswer(call: GraphCall, now: Date): unknown {
  if (call.kind !== 'answered') {
    throw new AppError('platform_unavailable', 'Instagram could not be reached', { field: call.code })
  }
  const { answer } = call
  const error = graphErrorIn(answer.body)
  if (error) throw errorOf(error, answer, now)
  if (answer.status === 429) throw rateLimited('429', answer, now)
  if (answer.status < 200 || answer.status > 299 || answer.body === undefined) {
    throw new AppError('platform_unavailable', 'Instagram gave no usable answer', { field: `http/${answer.status}` })
  }
  return answer.body
}

function errorOf(error: GraphError, answer: GraphAnswer, now: Date): AppError {
  const field = codeText(error)
  const meaning = meaningOf(error, answer.status)
  switch (meaning.kind) {
    case 'wait':
      return rateLimited(field, answer, now)
    case 'reauthorise':
    case 'stop_account':
      return new AppError('credential_rejected', meaning.note, { field })
    case 'retry':
    case 'uncertain':
    case 'refused':
      return new AppError('platform_unavailable', 'Instagram answered with an error', { field })
  }
}

function rateLimited(field: string, { headers }: GraphAnswer, now: Date): AppError {
  return new AppError('rate_limited', 'Instagram asks us to wait', { field, until: regainsAccessAt(headers, now) })
}
