import { type Outcome, type PostStatus, statusAfter } from '#src/domain/outbox.ts'

const RETRIES_MAX = 5
const BACKOFF_MS = 2000

/** Where the post rests now, why, and until when. */
export interface Conclusion {
  status: PostStatus
  code?: string
  note?: string
  messageRef?: string
  waitUntil?: Date
}

interface Circumstances {
  /** Known already when the echo was faster than the answer. */
  messageRef: string | null
  /** Calls of this post that certainly did not arrive, before this one. */
  retries: number
  windowExpiresAt: Date | undefined
  at: Date
}

/** Pure: what an outcome makes of its post. */
export function conclude(outcome: Outcome, { messageRef, retries, windowExpiresAt, at }: Circumstances): Conclusion {
  const status = statusAfter(outcome)
  if (outcome.kind === 'sent') return { status, messageRef: outcome.messageRef }
  // The thread shows it: whatever the answer says, a second call would make a second copy.
  if (messageRef) return { status: 'sent', messageRef }
  switch (outcome.kind) {
    case 'retry': {
      const { code, note } = outcome
      if (retries + 1 >= RETRIES_MAX)
        return { status: 'failed', code, note: `${note}; given up after ${RETRIES_MAX} tries` }
      return { status, code, note, waitUntil: new Date(at.getTime() + BACKOFF_MS * 2 ** retries) }
    }
    case 'wait':
      return {
        status,
        code: outcome.code,
        note: 'The platform asks us to wait',
        waitUntil: earlier(outcome.until, windowExpiresAt),
      }
    case 'uncertain':
    case 'refused':
    case 'reauthorise':
    case 'stop_account':
      return { status, code: outcome.code, note: outcome.note }
  }
}

/** A reply cannot go out after its window, so nothing waits beyond it: the gate then says so. */
export function earlier(a: Date, b: Date | null | undefined): Date {
  return b && b < a ? b : a
}
