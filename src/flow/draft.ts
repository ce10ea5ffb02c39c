/*
 * Waiting conversation → draft for review, or a reason why there is none. One job at a time holds the lease; the call to
 * Claude happens outside any transaction. What comes back counts only if nothing has changed meanwhile: a newer message, an
 * edit or an answer by hand makes the lease void, and the draft is dropped. Its cost is settled either way.
 */
import { reserveBudget } from '#db/budgets.ts'
import type { Database } from '#db/client.ts'
import { type DraftCase, type DraftLease, findDraftCase, listThread, takeDraftLease } from '#db/drafting.ts'
import { findLastApproval } from '#db/echoes.ts'
import { listKnowledge } from '#db/knowledge.ts'
import type { DraftReply, DraftRequest } from '#src/domain/draft.ts'
import { AppError } from '#src/domain/errors.ts'
import type { ConversationId } from '#src/domain/ids.ts'
import { unanswered } from '#src/domain/thread.ts'
import type { Publish } from '#src/queues/live.ts'
import { endFailed, endWith, endWithout } from './drafted.ts'
import { alertBudgetSpent } from './drafting-alerts.ts'
import { TURNS_MAX, toRequest } from './thread.ts'

/** Longer than the call's own deadline. */
const LEASE_MS = 60_000
/** Somebody wrote the row between our read and our claim: look again. */
const LOOK_AGAIN_MS = 250

export interface DraftDeps {
  db: Database
  draftReply: DraftReply
  /** The most that a call for this request can cost, in millionths of a US dollar. */
  estimate: (request: DraftRequest) => number
  publish: Publish
  now: () => Date
}

interface Next {
  /** The conversation's turn comes at this instant. */
  waitUntil?: Date
}

interface Turn {
  /** The queue will not try again after this. */
  lastTry?: boolean
}

/** One try, from the lease to its end. */
export interface Try {
  found: DraftCase
  lease: DraftLease
  signal: AbortSignal | undefined
  lastTry: boolean
  /** Claude limits the whole API key, so a throttle answer pauses every draft of this process. */
  pause: { until: Date }
}

/** Safe to repeat: of several jobs for one conversation one calls Claude, the others are told when to look again. */
export function createDraft(deps: DraftDeps) {
  const { db, now } = deps
  const pause = { until: new Date(0) }
  return async (id: ConversationId, signal?: AbortSignal, { lastTry = false }: Turn = {}): Promise<Next> => {
    const at = now()
    const found = await findDraftCase(db, id)
    if (found?.conversation.attention !== 'waiting' || !found.conversation.headMessageId) return {}
    const waitUntil = notBefore(found.conversation, pause.until, at)
    if (waitUntil) return { waitUntil }
    const { headMessageId, draftDueAt, version } = found.conversation
    const lease = { conversationId: id, headMessageId, dueAt: draftDueAt, until: later(at, LEASE_MS) }
    if (!(await takeDraftLease(db, lease, version))) return { waitUntil: later(at, LOOK_AGAIN_MS) }
    return draftOnce(deps, { found, lease, signal, lastTry, pause })
  }
}

/** When this conversation's turn comes; undefined when it is now. */
function notBefore(
  { draftDueAt, draftLeaseUntil, draftLeaseHeadId, headMessageId }: DraftCase['conversation'],
  pausedUntil: Date,
  at: Date,
): Date | undefined {
  if (draftDueAt && draftDueAt > at) return draftDueAt
  const isLeased = draftLeaseUntil !== null && draftLeaseUntil > at && draftLeaseHeadId === headMessageId
  // Due again since the lease was taken: what it was taken for has changed, and its answer will be dropped.
  const isDueAgain = isLeased && draftDueAt !== null && draftDueAt.getTime() > draftLeaseUntil.getTime() - LEASE_MS
  if (isLeased && !isDueAgain) return draftLeaseUntil
  return pausedUntil > at ? pausedUntil : undefined
}

async function draftOnce(deps: DraftDeps, attempt: Try): Promise<Next> {
  const { db, draftReply, estimate, publish, now } = deps
  const { account, conversation } = attempt.found
  const messages = await listThread(db, conversation.id, TURNS_MAX)
  const tail = unanswered(messages, await findLastApproval(db, conversation.id))
  // An operator's wish is there, if empty, when a person asked for this draft.
  const isWished = conversation.draftInstruction !== null
  if (tail.length === 0 && !isWished) return endWithout(deps, attempt, { attention: 'none' })
  const request = toRequest(attempt.found, { messages, tail, knowledge: await listKnowledge(db, account.id) })
  const at = now()
  const limits = { micros: estimate(request), budgetMicros: account.dailyBudgetMicros }
  const reservation = await reserveBudget(db, { accountId: account.id, ...limits, at })
  if (!reservation) {
    await alertBudgetSpent(db, account, at)
    publish({ topic: 'alerts', id: account.id })
    return endWithout(deps, attempt, { attention: 'person', reason: 'budget_spent' })
  }
  const answer = await draftReply(request, attempt.signal).catch((error: unknown) => AppError.from(error))
  if (answer instanceof AppError) return endFailed(deps, attempt, { error: answer, reservation })
  return endWith(deps, attempt, { answer, reservation })
}

function later(at: Date, ms: number): Date {
  return new Date(at.getTime() + ms)
}
