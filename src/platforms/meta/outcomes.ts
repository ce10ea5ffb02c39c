import type { Outcome } from '#src/domain/outbox.ts'
import type { PostToSend } from '../adapter.ts'
import { classifyGraphAnswer, codeText, graphErrorIn, type HeardAnswer } from './errors.ts'
import { fieldOf } from './graph.ts'

export interface PostRequest {
  /** Below the version. */
  path: string
  method: 'POST' | 'DELETE'
  json?: Record<string, unknown>
}

const COMMENT_GONE = '100/33'

/** What the answer to a post of this kind came to. */
export function outcomeOf({ kind, recipientRef }: PostToSend, answer: HeardAnswer): Outcome {
  const error = graphErrorIn(answer.body)
  const isAboutComment = kind === 'public_reply' || isModeration(kind)
  if (error && isAboutComment && codeText(error) === COMMENT_GONE) {
    return { kind: 'refused', code: COMMENT_GONE, note: 'The comment is not there any more', about: 'thread' }
  }
  if (isModeration(kind) && !error && isDone(answer)) return { kind: 'sent', messageRef: `${kind}:${recipientRef}` }
  const outcome = classifyGraphAnswer(answer)
  if (kind === 'mention_reply') return ofMention(outcome)
  return kind === 'private_reply' ? withReached(outcome, answer) : again(kind, outcome)
}

/** The one place that names the author of a comment as the writer of messages. */
function withReached(outcome: Outcome, { body }: HeardAnswer): Outcome {
  const reached = fieldOf(body, 'recipient_id')
  return outcome.kind === 'sent' && typeof reached === 'string' && reached !== ''
    ? { ...outcome, recipientRef: reached }
    : outcome
}

/** Who may answer under somebody else's post is up to them, so a refusal there says nothing about our account. */
function ofMention(outcome: Outcome): Outcome {
  const isMissingRight = outcome.kind === 'stop_account' && /^(3|10|100|2\d\d)(\/|$)/.test(outcome.code)
  if (!isMissingRight) return outcome
  const note = 'Meta lets the account not answer there: its owner may have closed it, or the app lacks the permission'
  return { kind: 'refused', code: outcome.code, note, about: 'thread' }
}

/** To hide or delete a comment twice comes to the same as once, so a doubt about it is settled by doing it again. */
export function again(kind: PostToSend['kind'], outcome: Outcome): Outcome {
  return outcome.kind === 'uncertain' && isModeration(kind) ? { ...outcome, kind: 'retry' } : outcome
}

function isModeration(kind: PostToSend['kind']): boolean {
  return kind === 'hide' || kind === 'unhide' || kind === 'delete'
}

/** `success` is a word in some of Meta's pages and a truth value in others. */
function isDone({ status, body }: HeardAnswer): boolean {
  return status >= 200 && status < 300 && String(fieldOf(body, 'success')) === 'true'
}
