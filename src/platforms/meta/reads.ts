import { AppError } from '#src/domain/errors.ts'
import type { EndpointClass } from '#src/domain/limit.ts'
import type { Listener } from '../adapter.ts'
import {
  classifyGraphAnswer,
  codeText,
  type GraphError,
  graphErrorIn,
  type HeardAnswer,
  meaningOf,
  pausesAfter,
} from './errors.ts'
import type { GraphCall } from './graph.ts'
import { regainsAccessAt } from './usage.ts'

export interface Reading {
  endpointClass: EndpointClass
  listener: Listener | undefined
  now: Date
}

/** Reads see the same headers and throttles as sends; a throttle of the account holds up only calls like this one. */
export function tellPauses(call: GraphCall, { endpointClass, listener, now }: Reading): void {
  if (call.kind !== 'answered' || !listener) return
  const answer = { ...call.answer, accountRef: listener.accountRef, now }
  for (const pause of pausesAfter(classifyGraphAnswer(answer), answer, endpointClass)) listener.hear(pause)
}

/**
 * The body of a call that is safe to repeat. Throws
 * `credential_rejected`, `rate_limited` or `platform_unavailable`; `field` holds Graph's code.
 */
export function requireAnswer(call: GraphCall, { listener, now }: Reading): unknown {
  if (call.kind !== 'answered') {
    throw new AppError('platform_unavailable', 'Meta could not be reached', { field: call.code })
  }
  const answer = { ...call.answer, accountRef: listener?.accountRef, now }
  const error = graphErrorIn(answer.body)
  if (error) throw errorOf(error, answer)
  if (answer.status === 429) throw rateLimited('account', '429', answer)
  if (answer.status < 200 || answer.status > 299 || answer.body === undefined) {
    throw new AppError('platform_unavailable', 'Meta gave no usable answer', { field: `http/${answer.status}` })
  }
  return answer.body
}

function errorOf(error: GraphError, answer: HeardAnswer): AppError {
  const field = codeText(error)
  const meaning = meaningOf(error, answer.status)
  switch (meaning.kind) {
    case 'wait':
      return rateLimited(meaning.scope, field, answer)
    case 'reauthorise':
    case 'stop_account':
      return new AppError('credential_rejected', meaning.note, { field })
    case 'retry':
    case 'uncertain':
    case 'refused':
      return new AppError('platform_unavailable', 'Meta answered with an error', { field })
  }
}

function rateLimited(scope: 'account' | 'app', field: string, answer: HeardAnswer): AppError {
  return new AppError('rate_limited', 'Meta asks us to wait', { field, until: regainsAccessAt(scope, answer) })
}
