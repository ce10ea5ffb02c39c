import { factsOf } from '#db/comments.ts'
import type { SendCase } from '#db/send-cases.ts'
import { canBeRestricted } from '#src/domain/identity.ts'
import { privateReplyWindow } from '#src/domain/limit.ts'
import { isReply } from '#src/domain/outbox.ts'
import { judge, type PolicyCase } from '#src/domain/policy.ts'
import { policyCase } from '#src/domain/policy-case.ts'
import type { Approval } from '#src/domain/review.ts'
import { textHash } from '#src/vault/hash.ts'
import {
  type ApprovalCheck,
  FORGED,
  mayDecide,
  type Refusal,
  RIGHT_LOST,
  secondFault,
  signedFields,
} from './second-gate.ts'

/** May this post leave now? `gone`: it is no longer ours to send. */
export type Gate =
  | { kind: 'pass'; tag?: 'HUMAN_AGENT' | undefined }
  | { kind: 'gone' }
  | { kind: 'wait'; until: Date }
  | ({ kind: 'refuse' } & Refusal)

export interface Surroundings {
  isApproved: ApprovalCheck
  at: Date
}

/** A post that is held looks again this often, besides being rung when the hold ends. */
export const HOLD_MS = 30_000
const BEHIND_EARLIER_MS = 1000

/** The gates in their order. Waiting comes first: a post that cannot leave now is not judged before its time. */
export function gateOf(found: SendCase, around: Surroundings): Gate {
  if (found.post.status !== 'queued') return { kind: 'gone' }
  if (found.contact.erasedAt) return { kind: 'refuse', code: 'erased', note: 'The contact was erased' }
  const until = waitOf(found, around.at)
  if (until) return { kind: 'wait', until }
  const refusal =
    approvalFault(found, around.isApproved) ??
    secondFault(found, around.isApproved) ??
    rightFault(found) ??
    elsewhereFault(found)
  if (refusal) return { kind: 'refuse', ...refusal }
  const verdict = judge(caseOf(found), around.at)
  return verdict.allow
    ? { kind: 'pass', tag: verdict.tag }
    : { kind: 'refuse', code: verdict.rule, note: verdict.reason }
}

function waitOf(found: SendCase, at: Date): Date | undefined {
  const due = dueAt(found.post)
  if (due > at) return due
  // Approved before it in the same conversation, and not gone yet.
  const { earlier } = found
  if (earlier)
    return new Date(clamp(dueAt(earlier).getTime(), at.getTime() + BEHIND_EARLIER_MS, at.getTime() + HOLD_MS))
  if (found.privateReplies >= privateReplyWindow.max) return new Date(at.getTime() + HOLD_MS)
  return isHeld(found, at) ? new Date(at.getTime() + HOLD_MS) : undefined
}

function dueAt({ notBefore, waitUntil }: { notBefore: Date; waitUntil: Date | null }): Date {
  return waitUntil && waitUntil > notBefore ? waitUntil : notBefore
}

/** Somebody stopped the sending, or the account's token is dead; the post keeps its place until that is over. */
function isHeld({ account, sendingStoppedAt }: SendCase, at: Date): boolean {
  const usable = account.credentialStatus === 'valid' || account.credentialStatus === 'expiring'
  return sendingStoppedAt !== null || account.stoppedAt !== null || !usable || account.tokenExpiresAt <= at
}

const USED_UP: Refusal = { code: 'approval_invalid', note: 'This reply has ended before; its approval is used up' }

/** The signature has to cover this very row: its text, its recipient, its account. */
function approvalFault(found: SendCase, isApproved: ApprovalCheck): Refusal | undefined {
  if (found.hasEnded) return USED_UP
  const { decision } = found
  if (decision?.verdict !== 'approve' || decision.signature === null) return FORGED
  const claimed = isOfRow(found, decision) ? claimedBy(found, decision) : undefined
  return claimed && isApproved(claimed, decision.signature) ? undefined : FORGED
}

type Decision = NonNullable<SendCase['decision']>

function isOfRow(found: SendCase, decision: Decision): boolean {
  const { post } = found
  const sameText =
    decision.text === post.text && decision.textHash === post.textHash && textHash(post.text) === post.textHash
  return sameText && found.conversation.accountId === post.accountId && isThere(found)
}

/** A comment may turn out to be a mention elsewhere after its answer was approved; what that means is for the policy to say. */
function isThere({ post, conversation, contact }: SendCase): boolean {
  if (post.kind === 'message') return contact.contactRef === post.recipientRef
  return conversation.kind === 'mention' || (conversation.kind === 'comment' && post.kind !== 'mention_reply')
}

function claimedBy({ post }: SendCase, decision: Decision): Approval | undefined {
  const approval = signedFields(decision.approvalText)
  if (!approval) return undefined
  return {
    ...approval,
    decisionId: post.decisionId,
    draftId: decision.draftId,
    postId: post.id,
    accountId: post.accountId,
    conversationId: post.conversationId,
    platform: post.platform,
    kind: post.kind,
    recipientRef: post.recipientRef,
    textHash: post.textHash,
    headMessageId: decision.headMessageId,
    operatorId: decision.operatorId,
    ...(approval.risks !== undefined && { first: decision.firstId ?? '' }),
  }
}

function rightFault({ operator, keptFrom }: SendCase): Refusal | undefined {
  const isElsewhere = keptFrom && operator?.role && canBeRestricted(operator.role)
  return mayDecide(operator) && !isElsewhere ? undefined : RIGHT_LOST
}

function elsewhereFault({ post, answeredElsewhere }: SendCase): Refusal | undefined {
  if (!answeredElsewhere || !isReply(post.kind)) return undefined
  return { code: 'answered_elsewhere', note: 'Somebody answered from the phone or another app meanwhile' }
}

function caseOf(found: SendCase): PolicyCase {
  const { post, comment, repliesLastHour, sameTextContacts, thread, decision } = found
  const isNested = comment?.replyToRef != null && comment.messageRef === post.recipientRef
  const facts = comment?.messageRef ? { ...factsOf(comment), nested: isNested } : undefined
  const past = { comment: facts, repliesLastHour, sameTextContacts, ...thread }
  const provenance = signedFields(decision?.approvalText ?? null)?.provenance
  return { ...policyCase(found, past), kind: post.kind, text: post.text, ...(provenance && { provenance }) }
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max)
}
