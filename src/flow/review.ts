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
import {
  type Approval,
  cleanReply,
  type Decided,
  decide,
  type Endorsement,
  kindsOf,
  type ReplyWay,
  type ReviewDecision,
} from '#src/domain/review.ts'
import { type First, turnOf } from '#src/domain/second.ts'
import type { Lanes } from '#src/limits/lanes.ts'
import type { Bell } from '#src/queues/bell.ts'
import type { Publish } from '#src/queues/live.ts'
import { findTarget, type Target } from './address.ts'
import { type Approved, approveAll, headOf } from './approve.ts'
import { endorse, findFirst, findRisks } from './second.ts'

export interface ReviewDeps {
  db: Database
  /** Signs an approval; only the web process has the key. */
  sign: (signed: Approval | Endorsement) => string
  bell: Pick<Bell, 'draft'>
  lanes: Pick<Lanes, 'add'>
  publish: Publish
  now: () => Date
}

export interface By {
  operatorId: OperatorId
  givenBy: Approval['givenBy']
}

/** Settles a waiting draft: approve, with the words that go out, or reject. Answers the posts; none when a second person has to approve as well. Throws `conflict` naming what changed, or `invalid_input`. */
export function createDecide(deps: ReviewDeps) {
  const { db, now, sign } = deps
  return async (input: { draftId: DraftId; decision: ReviewDecision; way?: ReplyWay } & By): Promise<Approved[]> => {
    const { draftId, decision, way, operatorId, givenBy } = input
    const conversationId = (await requireDraft(db, draftId)).draft.conversationId
    const made = await inTransaction(db, async (tx) => {
      const thread = await requireThread(tx, conversationId, operatorId)
      const { draft, decidedBy } = await requireDraft(tx, draftId)
      const at = now()
      const { text, kinds } = wishOf(decision, thread, way)
      const target = await findTarget(tx, thread, { text, at })
      const first = await findFirst(tx, draft, { sign })
      const known = { ...(decidedBy && { decidedBy }), ...(first && { provenance: first.provenance }) }
      const decided = decide(
        { ...draft, ...known, currentHeadId: headOf(thread.conversation) },
        decision,
        kinds.map((kind) => ({ ...target.policy, kind })),
        at,
      )
      if (decided.status === 'approved') {
        const given = { draft, first, decided, kinds, target, operatorId, givenBy }
        return approveInTurn(tx, thread, given, { sign, at })
      }
      await settleDraft(tx, draftId, decided.status, at)
      await reject(tx, { draft, reason: decided.reason, operatorId, at })
      return []
    })
    await announce(deps, conversationId, made)
    return made
  }
}

function wishOf(decision: ReviewDecision, { conversation }: ThreadToAnswer, way: ReplyWay | undefined) {
  if (decision.verdict === 'reject') return { text: '', kinds: [] }
  return { text: cleanReply(decision.text), kinds: kindsOf(conversation.kind, way) }
}

interface Given extends By {
  draft: DraftRow
  first: First | undefined
  decided: Extract<Decided, { status: 'approved' }>
  kinds: PostKind[]
  target: Target
}

/** One approval makes the posts, unless the account wants two for what is in it. */
async function approveInTurn(
  tx: Transaction,
  thread: ThreadToAnswer,
  { draft, first, decided, kinds, target, ...by }: Given,
  pen: { sign: ReviewDeps['sign']; at: Date },
): Promise<Approved[]> {
  const { text, provenance, verdicts } = decided
  const { risks, needed } = await findRisks(tx, thread, { reply: text, flags: draft.flags })
  const isSame = !decided.edited && first?.kinds === kinds.join('+')
  const edited = decided.edited || (first?.edited ?? false)
  if (turnOf({ needed, first, operatorId: by.operatorId, isSame }) === 'endorse') {
    const isNew = decided.edited || draft.status === 'needs_second'
    await endorse(tx, thread, { draft, text, isNew, kinds: kinds.join('+'), needed, provenance, edited, ...by }, pen)
    return []
  }
  await settleDraft(tx, draft.id, 'approved', pen.at)
  const posts = verdicts.map((verdict, index) => ({ kind: kinds[index] as PostKind, verdict }))
  const firstId = needed.length > 0 ? first?.id : undefined
  return approveAll(
    tx,
    thread,
    { draftId: draft.id, text, edited, provenance, posts, target, risks, firstId, ...by },
    pen,
  )
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
    accountId,
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
