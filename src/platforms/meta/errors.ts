import type { EndpointClass } from '#src/domain/limit.ts'
import type { Outcome } from '#src/domain/outbox.ts'
import type { Pause } from '../adapter.ts'
import { errorTable, type Meaning, PERMISSION_RANGE } from './error-table.ts'
import { fieldOf, type GraphAnswer } from './graph.ts'
import { type Heard, longest, regainsAccessAt, usagePauses } from './usage.ts'

/** An answer, and for whom and when it came. */
export type HeardAnswer = GraphAnswer & Heard

/** The `error` object of an answer; everything else in it is prose for people or differs from day to day. */
export interface GraphError {
  code: number
  subcode: number | undefined
  isTransient: boolean
}

/** What an answer to a send means: by its codes only, never by its words. */
export function classifyGraphAnswer(answer: HeardAnswer): Outcome {
  const error = graphErrorIn(answer.body)
  if (error) return outcomeOfError(error, answer)
  const { status } = answer
  const messageRef = status >= 200 && status < 300 ? messageRefIn(answer.body) : undefined
  if (messageRef) return { kind: 'sent', messageRef }
  if (status === 429) return waitOutcome('account', '429', answer)
  return { kind: 'uncertain', code: `http/${status}`, note: 'The answer does not say whether the message was sent' }
}

function outcomeOfError(error: GraphError, answer: HeardAnswer): Outcome {
  const code = codeText(error)
  const meaning = meaningOf(error, answer.status)
  switch (meaning.kind) {
    case 'wait':
      return waitOutcome(meaning.scope, code, answer)
    case 'retry':
      // Behind a 5xx something broke after the request was taken in, so even "try again" proves nothing.
      return { kind: answer.status >= 500 ? 'uncertain' : 'retry', code, note: meaning.note }
    case 'refused':
      return { kind: 'refused', code, note: meaning.note, about: meaning.about }
    case 'uncertain':
    case 'reauthorise':
    case 'stop_account':
      return { kind: meaning.kind, code, note: meaning.note }
  }
}

/** The most exact row of the table that knows this error. */
export function meaningOf({ code, subcode, isTransient }: GraphError, status: number): Meaning {
  const known = errorTable[`${code}/${subcode}`] ?? errorTable[`*/${subcode}`] ?? errorTable[code]
  if (known) return known
  if (code >= 200 && code <= 299) return PERMISSION_RANGE
  if (status === 429) return { kind: 'wait', scope: 'account' }
  if (isTransient || status < 400 || status >= 500) {
    return { kind: 'uncertain', note: 'Meta reported an error we do not know' }
  }
  // A code nobody has documented behind a 4xx: Graph turned the request down as it stands. Of all codes only 1 and 506
  // are known to come with a delivered message, and both have their row. Refused also is the careful reading: we never
  // try it again, and a person sees the conversation.
  return { kind: 'refused', about: 'content', note: 'Meta refused the message' }
}

function waitOutcome(scope: 'account' | 'app', code: string, answer: HeardAnswer): Outcome {
  return { kind: 'wait', scope, code, until: regainsAccessAt(scope, answer) }
}

/**
 * What an answer asks us to leave alone: the scope of its throttle, and what its headers say is nearly used up. `only`
 * narrows an account's throttle to the calls that met it.
 */
export function pausesAfter(outcome: Outcome, heard: Heard, only?: EndpointClass): Pause[] {
  return longest([...throttleOf(outcome, only), ...usagePauses(heard)])
}

function throttleOf(outcome: Outcome, only: EndpointClass | undefined): Pause[] {
  if (outcome.kind !== 'wait' || outcome.scope === 'conversation') return []
  const { scope, until, code } = outcome
  return [{ scope, until, code, ...(only && scope === 'account' && { only }) }]
}

/** `10/2534022`, or the code alone. */
export function codeText({ code, subcode }: Pick<GraphError, 'code' | 'subcode'>): string {
  return (subcode === undefined ? `${code}` : `${code}/${subcode}`).slice(0, 32)
}

/** A 200 may hold an error too. */
export function graphErrorIn(body: unknown): GraphError | undefined {
  const error = fieldOf(body, 'error')
  const code = wholeNumber(fieldOf(error, 'code'))
  if (code === undefined) return undefined
  const subcode = wholeNumber(fieldOf(error, 'error_subcode'))
  return { code, subcode, isTransient: fieldOf(error, 'is_transient') === true }
}

/** Sends answer `message_id`; a message to oneself answers `id`. */
function messageRefIn(body: unknown): string | undefined {
  const ref = fieldOf(body, 'message_id') ?? fieldOf(body, 'id')
  return typeof ref === 'string' && ref !== '' && ref.length <= 255 ? ref : undefined
}

function wholeNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : undefined
}
