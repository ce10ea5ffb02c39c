import { appendAudit } from '#db/audit.ts'
import type { Transaction } from '#db/client.ts'
import { insertDecision, insertPost, setAttention, type ThreadToAnswer } from '#db/reviews.ts'
import { AppError } from '#src/domain/errors.ts'
import { type DraftId, type MessageId, newId, type OperatorId, type PostId } from '#src/domain/ids.ts'
import type { Platform } from '#src/domain/platform.ts'
import { POLICY_VERSION } from '#src/domain/policy.ts'
import type { Approval } from '#src/domain/review.ts'
import type { WaitingPost } from '#src/limits/lanes.ts'
import { textHash } from '#src/vault/hash.ts'

export interface Reply {
  draftId: DraftId
  text: string
  /** The operator changed Claude's words. */
  edited: boolean
  operatorId: OperatorId
  givenBy: Approval['givenBy']
}

/** A post that was made, and when its undo time ends. */
export interface Approved {
  postId: PostId
  sendsAt: Date
  platform: Platform
  waiting: WaitingPost & { delayMs: number }
}

/** Stores the signed approval, its post and its audit entry; part of the transaction that settled the draft. */
export async function approve(
  tx: Transaction,
  thread: ThreadToAnswer,
  reply: Reply,
  { sign, at }: { sign: (approval: Approval) => string; at: Date },
): Promise<Approved> {
  const { account, conversation } = thread
  const approval = approvalOf(thread, reply, at)
  const sendsAt = new Date(at.getTime() + account.undoMs)
  await storeDecision(tx, { approval, reply, signature: sign(approval), at })
  await insertPost(tx, {
    id: approval.postId,
    decisionId: approval.decisionId,
    accountId: account.id,
    conversationId: conversation.id,
    platform: account.platform,
    recipientRef: approval.recipientRef,
    text: reply.text,
    textHash: approval.textHash,
    status: 'queued',
    notBefore: sendsAt,
    createdAt: at,
    updatedAt: at,
  })
  await setAttention(tx, conversation.id, { attention: 'none' }, at)
  const { decisionId, postId, headMessageId } = approval
  await appendAudit(tx, {
    action: 'draft.approved',
    actor: { kind: 'operator', id: reply.operatorId },
    subject: { kind: 'draft', id: reply.draftId },
    detail: { decisionId, postId, headMessageId, textHash: approval.textHash, edited: reply.edited },
    at,
  })
  const { id: conversationId, accountId, windowExpiresAt } = conversation
  const waiting = { id: postId, accountId, conversationId, windowExpiresAt, delayMs: account.undoMs }
  return { postId, sendsAt, platform: account.platform, waiting }
}

function approvalOf({ account, conversation, contact }: ThreadToAnswer, reply: Reply, at: Date): Approval {
  return {
    decisionId: newId('decision', at),
    draftId: reply.draftId,
    postId: newId('post', at),
    accountId: account.id,
    conversationId: conversation.id,
    platform: account.platform,
    recipientRef: contact.contactRef,
    textHash: textHash(reply.text),
    headMessageId: headOf(conversation),
    policyVersion: POLICY_VERSION,
    operatorId: reply.operatorId,
    givenBy: reply.givenBy,
    decidedAt: at.getTime(),
  }
}

async function storeDecision(
  tx: Transaction,
  { approval, reply, signature, at }: { approval: Approval; reply: Reply; signature: string; at: Date },
): Promise<void> {
  const { decisionId, draftId, accountId, conversationId, operatorId, headMessageId } = approval
  await insertDecision(tx, {
    id: decisionId,
    draftId,
    accountId,
    conversationId,
    operatorId,
    verdict: 'approve',
    text: reply.text,
    textHash: approval.textHash,
    headMessageId,
    edited: reply.edited,
    policyVerdict: { allow: true },
    approval,
    signature,
    createdAt: at,
  })
}

/** The newest message of a conversation that can be answered; throws `conflict` when there is none yet. */
export function headOf(conversation: ThreadToAnswer['conversation']): MessageId {
  if (conversation.headMessageId) return conversation.headMessageId
  throw new AppError('conflict', 'This conversation has no message yet', { field: 'headMessageId' })
}
