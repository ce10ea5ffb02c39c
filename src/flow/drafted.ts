import type { Reservation } from '#db/budgets.ts'
import type { Outcome } from '#db/drafting.ts'
import type { DraftAnswer } from '#src/domain/draft.ts'
import type { AppError } from '#src/domain/errors.ts'
import { newId } from '#src/domain/ids.ts'
import { UNANSWERED } from '#src/drafting/failure.ts'
import { PROMPT_VERSION } from '#src/drafting/prompt.ts'
import { textHash } from '#src/vault/hash.ts'
import type { Hands, Try } from './draft.ts'
import type { End } from './draft-end.ts'
import { marksOf, ruledEntry } from './draft-rules.ts'
import { budgetSigns, budgetSpentSign, claudeSigns } from './drafting-alerts.ts'

type Reply = Extract<DraftAnswer, { outcome: 'reply' }>

const DEFAULT_PAUSE_MS = 30_000
const MODEL_CHARS_MAX = 32

/** Claude answered: its cost counts in any case, its words only while the lease does. */
export async function endWith(
  hands: Hands,
  attempt: Try,
  { answer, reservation }: { answer: DraftAnswer; reservation: Reservation },
): Promise<object> {
  const { account } = attempt.found
  const { isHeld, budget } = await end(hands, attempt, {
    ...endOf(attempt, answer, hands.now()),
    cost: { reservation, micros: answer.usage.costMicros },
  })
  const signs = budget ? budgetSigns(account, { ...budget, nextMicros: reservation.micros }) : []
  await hands.tell([...signs, ...claudeSigns(answer)])
  if (answer.outcome === 'reply') return { drafted: isHeld }
  return { drafted: false, reason: answer.reason }
}

function endOf(attempt: Try, answer: DraftAnswer, at: Date): Pick<End, 'outcome' | 'draft'> {
  if (answer.outcome === 'reply') return { outcome: { attention: 'review' }, draft: toDraft(attempt, answer, at) }
  return { outcome: { attention: 'person', reason: answer.reason, note: answer.note } }
}

/** Nothing to review: the conversation waits for a person with the reason, or leaves the queue. */
export async function endWithout(hands: Hands, attempt: Try, outcome: Outcome): Promise<object> {
  await end(hands, attempt, { outcome })
  return { drafted: false, ...(outcome.reason && { reason: outcome.reason }) }
}

/** The day's budget has no room for this call. */
export async function endUnpaid(hands: Hands, attempt: Try): Promise<object> {
  await hands.tell([budgetSpentSign(attempt.found.account)])
  return endWithout(hands, attempt, { attention: 'person', reason: 'budget_spent' })
}

/** No answer: wait as long as Claude asks, try again, or after the last try leave it to a person. */
export async function endFailed(
  hands: Hands,
  attempt: Try,
  { error, reservation }: { error: AppError; reservation: Reservation },
): Promise<object> {
  // A call that was cut off may have been billed: the cap holds only if it counts in full.
  const cost = { reservation, micros: error.field === UNANSWERED ? reservation.micros : 0 }
  if (error.code === 'rate_limited') {
    attempt.pause.until = error.until ?? new Date(hands.now().getTime() + DEFAULT_PAUSE_MS)
    await end(hands, attempt, { cost })
    return { waitUntil: attempt.pause.until }
  }
  // While this process shuts down nothing is known about Claude, so the next one tries.
  if (attempt.lastTry && !attempt.signal?.aborted) {
    const reason = 'claude_unavailable' as const
    await end(hands, attempt, { cost, outcome: { attention: 'person', reason, note: error.message } })
    return { drafted: false, reason }
  }
  await end(hands, attempt, { cost })
  throw error
}

/** Ends the try, and tells open consoles when that has changed something for them. */
export async function end(
  { desk, publish, now }: Hands,
  { found, lease, ruling }: Try,
  how: Omit<End, 'lease' | 'ruled'>,
) {
  const ruled = { marks: marksOf(found, ruling), entry: ruledEntry(found, ruling, now()) }
  const ended = await desk.end({ lease, ...how, ...(how.outcome && { ruled }) })
  if (ended.isHeld && how.outcome) {
    publish({ topic: 'queue', id: lease.conversationId })
    publish({ topic: 'conversation', id: lease.conversationId })
  }
  return ended
}

function toDraft({ found, lease, ruling }: Try, reply: Reply, at: Date) {
  const { text, language, confidence, rationale, citations, usage } = reply
  const flags = ruling.risk ? [...reply.flags, ruling.risk.kind] : reply.flags
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
