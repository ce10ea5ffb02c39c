/*
 * A decision, as a record. The conversation's row is locked first, so of twenty people who click at once one decides and
 * the others read who did; receiving a newer message takes the same lock, so it comes wholly before or wholly after.
 * Approval, post and audit entry are one transaction. The post is lined up after the commit; the sweep does it again if that fails.
 */
import { appendAudit } from '#db/audit.ts'
import { type Database, inTransaction, type Transaction } from '#db/client.ts'
import {
  findDraftToDecide,
  findWaitingDraft,
  insertDecision,
  insertDraft,
  lockThread,
  setAttention,
  settleDraft,
  type ThreadToAnswer,
} from '#db/reviews.ts'
import { AppError } from '#src/domain/errors.ts'
import { type ConversationId, type DraftId, type MessageId, newId, type OperatorId } from '#src/domain/ids.ts'
import type { PolicyCase } from '#src/domain/policy.ts'
import { type Approval, cleanReply, decide, type ReviewDecision, requireAllowed } from '#src/domain/review.ts'
import type { Lanes } from '#src/limits/lanes.ts'
import type { Bell } from '#src/queues/bell.ts'
import type { Publish } from '#src/queues/live.ts'
import { textHash } from '#src/vault/hash.ts'
import { type Approved, approve, headOf } from './approve.ts'

export interface ReviewDeps {
  db: Database
  /** Signs an approval; only the web process has the key. */
  sign: (approval: Approval) => string
  bell: Pick<Bell, 'draft'>
  lanes: Pick<Lanes, 'add'>
  publish: Publish
  now: () => Date
}

interface By {
  operatorId: OperatorId
  givenBy: Approval['givenBy']
}

/** Settles a waiting draft: approve, with the words that go out, or reject. Throws `conflict` naming what changed, or `invalid_input`. */
export function createDecide(deps: ReviewDeps) {
  const { db, now, sign } = deps
  return async (input: { draftId: DraftId; decision: ReviewDecision } & By): Promise<Partial<Approved>> => {
    const { draftId, decision, operatorId, givenBy } = input
    const conversationId = (await requireDraft(db, draftId)).draft.conversationId
    const made = await inTransaction(db, async (tx) => {
      const thread = await requireThread(tx, conversationId)
      const { draft, decidedBy } = await requireDraft(tx, draftId)
      const at = now()
      const currentHeadId = headOf(thread.conversation)
      const decided = decide(
        { ...draft, currentHeadId, ...(decidedBy && { decidedBy }) },
        decision,
        policyCase(thread),
        at,
      )
      await settleDraft(tx, draftId, decided.status, at)
      if (decided.status === 'approved')
        return approve(tx, thread, { draftId, ...decided, operatorId, givenBy }, { sign, at })
      await reject(tx, { draft, reason: decided.reason, operatorId, at })
      return undefined
    })
    await announce(deps, conversationId, made)
    return made ?? {}
  }
}

/** Sends an operator's own words, with or without a draft waiting. Throws like a decision. */
export function createAnswer(deps: ReviewDeps) {
  const { db, now, sign } = deps
  return async (
    input: { conversationId: ConversationId; text: string; headMessageId: MessageId } & By,
  ): Promise<Approved> => {
    const { conversationId, operatorId, givenBy } = input
    const text = cleanReply(input.text)
    const made = await inTransaction(db, async (tx) => {
      const thread = await requireThread(tx, conversationId)
      requireSeen(thread, input.headMessageId)
      const at = now()
      requireAllowed({ ...policyCase(thread), text }, at)
      const waiting = await findWaitingDraft(tx, conversationId)
      if (waiting) await settleDraft(tx, waiting.id, 'superseded', at)
      const draftId = newId('draft', at)
      await insertDraft(tx, {
        id: draftId,
        accountId: thread.account.id,
        conversationId,
        headMessageId: input.headMessageId,
        author: 'operator',
        operatorId,
        text,
        textHash: textHash(text),
        citations: [],
        flags: [],
        status: 'approved',
        createdAt: at,
        updatedAt: at,
      })
      return approve(tx, thread, { draftId, text, edited: false, operatorId, givenBy }, { sign, at })
    })
    await announce(deps, conversationId, made)
    return made
  }
}

async function reject(
  tx: Transaction,
  { draft, reason, operatorId, at }: { draft: DraftRow; reason: string; operatorId: OperatorId; at: Date },
): Promise<void> {
  const { id: draftId, accountId, conversationId, headMessageId, text } = draft
  const decisionId = newId('decision', at)
  await insertDecision(tx, {
    id: decisionId,
    draftId,
    accountId,
    conversationId,
    operatorId,
    verdict: 'reject',
    text,
    textHash: draft.textHash,
    headMessageId,
    edited: false,
    reason,
    createdAt: at,
  })
  await setAttention(tx, conversationId, { attention: 'person', reason: 'rejected', note: reason }, at)
  await appendAudit(tx, {
    action: 'draft.rejected',
    actor: { kind: 'operator', id: operatorId },
    subject: { kind: 'draft', id: draftId },
    detail: { decisionId, textHash: draft.textHash },
    at,
  })
}

type DraftRow = Awaited<ReturnType<typeof requireDraft>>['draft']

async function requireDraft(conn: Database | Transaction, id: DraftId) {
  const found = await findDraftToDecide(conn, id)
  if (!found) throw new AppError('not_found', 'There is no such draft')
  return found
}

/** Locks the conversation; throws `not_found`. */
export async function requireThread(tx: Transaction, id: ConversationId): Promise<ThreadToAnswer> {
  const thread = await lockThread(tx, id)
  if (!thread) throw new AppError('not_found', 'There is no such conversation')
  return thread
}

/** Throws `conflict` when the operator has not seen the newest message. */
export function requireSeen({ conversation }: ThreadToAnswer, headMessageId: MessageId): void {
  if (conversation.headMessageId === headMessageId) return
  throw new AppError('conflict', 'A newer message has arrived in this conversation', { field: 'headMessageId' })
}

function policyCase({ account, contact, conversation }: ThreadToAnswer): Omit<PolicyCase, 'text'> {
  return {
    platform: account.platform,
    windowExpiresAt: conversation.windowExpiresAt ?? undefined,
    optedOutAt: contact.optedOutAt ?? undefined,
    standby: conversation.standby,
    kind: conversation.kind === 'direct' ? 'message' : 'public_reply',
    comment: undefined,
  }
}

async function announce({ lanes, publish }: ReviewDeps, id: ConversationId, made: Approved | undefined): Promise<void> {
  publish({ topic: 'queue', id })
  publish({ topic: 'conversation', id })
  if (!made) return
  publish({ topic: 'outbox', id: made.postId })
  // The post is committed; should Redis be away, the sweep lines it up.
  await lanes.add(made.platform, [made.waiting]).catch(() => undefined)
}
