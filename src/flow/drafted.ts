import { type Reservation, settleBudget } from '#db/budgets.ts'
import { inTransaction } from '#db/client.ts'
import { releaseDraftLease, settleDraftLease } from '#db/drafting.ts'
import { insertWaitingDraft, supersedeDraft } from '#db/drafts.ts'
import type { Attention, DraftAnswer, NoDraftReason } from '#src/domain/draft.ts'
import type { AppError } from '#src/domain/errors.ts'
import { newId } from '#src/domain/ids.ts'
import { UNANSWERED } from '#src/drafting/failure.ts'
import { PROMPT_VERSION } from '#src/drafting/prompt.ts'
import { textHash } from '#src/vault/hash.ts'
import type { DraftDeps, Try } from './draft.ts'
import { alertBudget, alertClaude } from './drafting-alerts.ts'

type Reply = Extract<DraftAnswer, { outcome: 'reply' }>
type End = Pick<DraftDeps, 'db' | 'publish' | 'now'>

const DEFAULT_PAUSE_MS = 30_000
const MODEL_CHARS_MAX = 32

/** Claude answered: its cost counts in any case, its words only while the lease does. */
export async function endWith(
  deps: End,
  attempt: Try,
  { answer, reservation }: { answer: DraftAnswer; reservation: Reservation },
): Promise<object> {
  const { db, publish, now } = deps
  const { account } = attempt.found
  const at = now()
  const budget = await settleBudget(db, reservation, answer.usage.costMicros)
  await alertBudget(db, account, { ...budget, nextMicros: reservation.micros, at })
  await alertClaude(db, answer, at)
  publish({ topic: 'alerts', id: account.id })
  if (answer.outcome === 'reply') return endWithReply(deps, attempt, answer)
  return endWithout(deps, attempt, { attention: 'person', reason: answer.reason, note: answer.note })
}

async function endWithReply(deps: End, attempt: Try, reply: Reply): Promise<object> {
  const { db, now } = deps
  const { lease } = attempt
  const stored = await inTransaction(db, async (tx) => {
    const at = now()
    if (!(await settleDraftLease(tx, lease, { attention: 'review' }, at))) return false
    await supersedeDraft(tx, lease.conversationId, at)
    await insertWaitingDraft(tx, toDraft(attempt, reply, at), at)
    return true
  })
  if (stored) announce(deps, attempt)
  return { drafted: stored }
}

/** Nothing to review: the conversation waits for a person with the reason, or leaves the queue. */
export async function endWithout(
  deps: End,
  attempt: Try,
  to: { attention: Attention; reason?: NoDraftReason; note?: string },
): Promise<object> {
  const { db, now } = deps
  const settled = await settleDraftLease(db, attempt.lease, to, now())
  if (settled) announce(deps, attempt)
  return { drafted: false, ...(to.reason && { reason: to.reason }) }
}

/** No answer: wait as long as Claude asks, try again, or after the last try leave it to a person. */
export async function endFailed(
  deps: End,
  attempt: Try,
  { error, reservation }: { error: AppError; reservation: Reservation },
): Promise<object> {
  const { db, now } = deps
  // A call that was cut off may have been billed: the cap holds only if it counts in full.
  await settleBudget(db, reservation, error.field === UNANSWERED ? reservation.micros : 0)
  if (error.code === 'rate_limited') {
    attempt.pause.until = error.until ?? new Date(now().getTime() + DEFAULT_PAUSE_MS)
    await releaseDraftLease(db, attempt.lease)
    return { waitUntil: attempt.pause.until }
  }
  // While this process shuts down nothing is known about Claude, so the next one tries.
  if (attempt.lastTry && !attempt.signal?.aborted) {
    return endWithout(deps, attempt, { attention: 'person', reason: 'claude_unavailable', note: error.message })
  }
  await releaseDraftLease(db, attempt.lease)
  throw error
}

function toDraft({ found, lease }: Try, reply: Reply, at: Date) {
  const { text, language, confidence, rationale, citations, flags, usage } = reply
  return {
    id: newId('draft', at),
    accountId: found.account.id,
    conversationId: lease.conversationId,
    headMessageId: lease.headMessageId,
    author: 'claude' as const,
    text,
    textHash: textHash(text),
    language,
    confidence,
    rationale,
    citations,
    flags,
    model: reply.model.slice(0, MODEL_CHARS_MAX),
    promptVersion: PROMPT_VERSION,
    ...usage,
  }
}

function announce({ publish }: End, { lease }: Try): void {
  publish({ topic: 'queue', id: lease.conversationId })
  publish({ topic: 'conversation', id: lease.conversationId })
}
