/*
 * Waiting conversation → draft for review, or a reason why there is none. One job at a time holds the lease; the call to
 * Claude happens outside any transaction. What comes back counts only if nothing has changed meanwhile: a newer message, an
 * edit or an answer by hand makes the lease void, and the draft is dropped. Its cost is settled either way. Jobs that are at
 * the same point ask the stores together: see `draft-desk.ts`.
 */
import type { Database } from '#db/client.ts'
import type { DraftCase, DraftLease } from '#db/drafting.ts'
import type { DraftReply, DraftRequest } from '#src/domain/draft.ts'
import { AppError } from '#src/domain/errors.ts'
import type { ConversationId } from '#src/domain/ids.ts'
import type { Ruling } from '#src/domain/rule.ts'
import type { Publish } from '#src/queues/live.ts'
import { endByRule } from './draft-by-rule.ts'
import { type DraftDesk, LEASE_MS, openDraftDesk, type WaitingCase } from './draft-desk.ts'
import { denialOf, withDisclosure } from './draft-policy.ts'
import { isRuled, rulingOf } from './draft-rules.ts'
import { endFailed, endUnpaid, endWith, endWithout } from './drafted.ts'
import { createTeller, type Tell } from './drafting-alerts.ts'
import { toRequest } from './thread.ts'

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

/** What is at hand when a try ends. */
export interface Hands extends Pick<DraftDeps, 'publish' | 'now'> {
  desk: DraftDesk
  tell: Tell
}

/** One try, from the lease to its end. */
export interface Try {
  found: DraftCase
  lease: DraftLease
  signal: AbortSignal | undefined
  lastTry: boolean
  /** What the account's rules say. */
  ruling: Ruling
  /** Claude limits the whole API key, so a throttle answer pauses every draft of this process. */
  pause: { until: Date }
}

/** Safe to repeat: of several jobs for one conversation one calls Claude, the others are told when to look again. */
export function createDraft(deps: DraftDeps) {
  const { now } = deps
  const hands = { ...deps, desk: openDraftDesk(deps), tell: createTeller(deps) }
  const pause = { until: new Date(0) }
  return async (id: ConversationId, signal?: AbortSignal, { lastTry = false }: Turn = {}): Promise<Next> => {
    const at = now()
    const found = await hands.desk.find(id)
    if (!isWaiting(found)) return {}
    const waitUntil = notBefore(found.conversation, pause.until, at)
    if (waitUntil) return { waitUntil }
    return draftNow(hands, found, { signal, lastTry, pause })
  }
}

function isWaiting(found: DraftCase | undefined): found is WaitingCase {
  return found?.conversation.attention === 'waiting' && found.conversation.headMessageId !== null
}

async function draftNow(
  hands: Hands & DraftDeps,
  found: WaitingCase,
  turn: Pick<Try, 'signal' | 'lastTry' | 'pause'>,
): Promise<Next> {
  const { db, desk, draftReply, estimate, now } = hands
  const material = await desk.read(found)
  const request = toRequest(found, material)
  const ruling = rulingOf(found, material)
  const denial = request && (await denialOf(found, { db, at: now() }))
  const asksClaude = request && !denial && !isRuled(ruling)
  const taken = await desk.take({ found, ...(asksClaude && { micros: estimate(request) }) })
  if (!taken) return { waitUntil: later(now(), LOOK_AGAIN_MS) }
  const { lease, reservation } = taken
  const attempt = { found, lease, ruling, ...turn }
  if (!request) return endWithout(hands, attempt, { attention: 'none' })
  if (denial) return endWithout(hands, attempt, { attention: 'person', reason: 'not_allowed', note: denial })
  if (isRuled(ruling)) return endByRule(hands, attempt, material)
  if (!reservation) return endUnpaid(hands, attempt)
  const answer = await draftReply(request, turn.signal).catch((error: unknown) => AppError.from(error))
  if (answer instanceof AppError) return endFailed(hands, attempt, { error: answer, reservation })
  const said = answer.outcome === 'reply' ? { text: await withDisclosure(answer.text, found, { db, at: now() }) } : {}
  return endWith(hands, attempt, { answer: { ...answer, ...said }, reservation })
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

function later(at: Date, ms: number): Date {
  return new Date(at.getTime() + ms)
}
