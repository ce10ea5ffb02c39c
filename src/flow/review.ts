/*
 * A decision, as a record. The conversation's row is locked first, so of twenty people who click at once one decides and
 * the others read who did; receiving a newer message takes the same lock, so it comes wholly before or wholly after.
 * Approval, post and audit entry are one transaction. The post is lined up after the commit; the sweep does it again if that fails.
 */
import { appendAudit } from '#db/audit.ts'
import { type Database, inTransaction, type Transaction } from '#db/client.ts'
import { readReach } from '#db/reach.ts'
import {
  findDraftToDecide,
  insertDecision,
  lockThread,
  setAttention,
  settleDraft,
  type ThreadToAnswer,
} from '#db/reviews.ts'
import { AppError } from '#src/domain/errors.ts'
import { isWithin } from '#src/domain/identity.ts'
import { type ConversationId, type DraftId, type MessageId, newId, type OperatorId } from '#src/domain/ids.ts'
import type { PostKind } from '#src/domain/outbox.ts'
import { type Approval, cleanReply, decide, kindsOf, type ReplyWay, type ReviewDecision } from '#src/domain/review.ts'
import type { Lanes } from '#src/limits/lanes.ts'
import type { Bell } from '#src/queues/bell.ts'
import type { Publish } from '#src/queues/live.ts'
import { findTarget } from './address.ts'
import { type Approved, approveAll, headOf } from './approve.ts'

export interface ReviewDeps {
  db: Database
  /** Signs an approval; only the web process has the key. */
  sign: (approval: Approval) => string
  bell: Pick<Bell, 'draft'>
  lanes: Pick<Lanes, 'add'>
  publish: Publish
  now: () => Date
}

export interface By {
  operatorId: OperatorId
  givenBy: Approval['givenBy']
}

/** Settles a waiting draft: approve, with the words that go out, or reject. Answers the posts. Throws `conflict` naming what changed, or `invalid_input`. */
export function createDecide(deps: ReviewDeps) {
  const { db, now, sign } = deps
  return async (input: { draftId: DraftId; decision: ReviewDecision; way?: ReplyWay } & By): Promise<Approved[]> => {
    const { draftId, decision, way, operatorId, givenBy } = input
    const conversationId = (await requireDraft(db, draftId)).draft.conversationId
    const made = await inTransaction(db, async (tx) => {
      const thread = await requireThread(tx, conversationId, operatorId)
      const { draft, decidedBy } = await requireDraft(tx, draftId)
      const at = now()
      const isApproval = decision.verdict === 'approve'
      const target = await findTarget(tx, thread, { text: isApproval ? cleanReply(decision.text) : '', at })
      const kinds = isApproval ? kindsOf(thread.conversation.kind, way) : []
      const currentHeadId = headOf(thread.conversation)
      const decided = decide(
        { ...draft, currentHeadId, ...(decidedBy && { decidedBy }) },
        decision,
        kinds.map((kind) => ({ ...target.policy, kind })),
        at,
      )
      await settleDraft(tx, draftId, decided.status, at)
      if (decided.status === 'approved') {
        const posts = decided.verdicts.map((verdict, index) => ({ kind: kinds[index] as PostKind, verdict }))
        const reply = { draftId, ...decided, posts, target, operatorId, givenBy }
        return approveAll(tx, thread, reply, { sign, at })
      }
      await reject(tx, { draft, reason: decided.reason, operatorId, at })
      return []
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

/** Locks the conversation; throws `not_found`, also when its account is not one of the operator's. */
export async function requireThread(
  tx: Transaction,
  id: ConversationId,
  operatorId: OperatorId,
): Promise<ThreadToAnswer> {
  const thread = await lockThread(tx, id)
  if (!thread || !isWithin(await readReach(tx, operatorId), thread.account.id))
    throw new AppError('not_found', 'There is no such conversation')
  return thread
}

/** Throws `conflict` when the operator has not seen the newest message. */
export function requireSeen({ conversation }: ThreadToAnswer, headMessageId: MessageId): void {
  if (conversation.headMessageId === headMessageId) return
  throw new AppError('conflict', 'A newer message has arrived in this conversation', { field: 'headMessageId' })
}

export async function announce({ lanes, publish }: ReviewDeps, id: ConversationId, made: Approved[]): Promise<void> {
  publish({ topic: 'queue', id })
  publish({ topic: 'conversation', id })
  for (const { postId, platform, waiting } of made) {
    publish({ topic: 'outbox', id: postId })
    // The post is committed; should Redis be away, the sweep lines it up.
    await lanes.add(platform, [waiting]).catch(() => undefined)
  }
}
