import { factsOf } from '#db/comments.ts'
import type { SendCase } from '#db/send-cases.ts'
import { may } from '#src/domain/identity.ts'
import { privateReplyWindow } from '#src/domain/limit.ts'
import { standingOptOut } from '#src/domain/opt-out.ts'
import { isReply } from '#src/domain/outbox.ts'
import { judge } from '#src/domain/policy.ts'
import type { Approval } from '#src/domain/review.ts'
import { textHash } from '#src/vault/hash.ts'

export type ApprovalCheck = (approval: Approval, signature: string) => boolean

export interface Refusal {
  /** A rule of ours, such as `approval_invalid` or `reply_window`. */
  code: string
  /** For an operator. */
  note: string
}

/** May this post leave now? `gone`: it is no longer ours to send. */
export type Gate = { kind: 'pass' } | { kind: 'gone' } | { kind: 'wait'; until: Date } | ({ kind: 'refuse' } & Refusal)

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
  const refusal = approvalFault(found, around.isApproved) ?? rightFault(found) ?? momentFault(found, around.at)
  return refusal ? { kind: 'refuse', ...refusal } : { kind: 'pass' }
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

const FORGED: Refusal = { code: 'approval_invalid', note: 'The approval does not cover what would have been sent' }

const USED_UP: Refusal = { code: 'approval_invalid', note: 'This reply has ended before; its approval is used up' }

/** The signature has to cover this very row: its text, its recipient, its account. */
function approvalFault(
  { post, conversation, contact, decision, hasEnded }: SendCase,
  isApproved: ApprovalCheck,
): Refusal | undefined {
  if (hasEnded) return USED_UP
  if (decision?.verdict !== 'approve' || decision.signature === null) return FORGED
  const sameText =
    decision.text === post.text && decision.textHash === post.textHash && textHash(post.text) === post.textHash
  const isThere = post.kind === 'message' ? contact.contactRef === post.recipientRef : conversation.kind === 'comment'
  const samePlace = conversation.accountId === post.accountId && isThere
  const approval = signedFields(decision.approvalText)
  if (!sameText || !samePlace || !approval) return FORGED
  const claimed: Approval = {
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
  }
  return isApproved(claimed, decision.signature) ? undefined : FORGED
}

/** What only the approval itself knows; anything wrong in it breaks the signature. */
function signedFields(text: string | null): Pick<Approval, 'policyVersion' | 'givenBy' | 'decidedAt'> | undefined {
  try {
    const { policyVersion, givenBy, decidedAt } = JSON.parse(text ?? '') as Approval
    return { policyVersion, givenBy, decidedAt }
  } catch {
    return undefined
  }
}

function rightFault({ operator }: SendCase): Refusal | undefined {
  if (operator && !operator.disabledAt && operator.role && may(operator.role, 'decide')) return undefined
  return { code: 'right_lost', note: 'The operator who approved this may no longer approve replies' }
}

function momentFault(
  { post, account, conversation, contact, comment, repliesLastHour, answeredElsewhere }: SendCase,
  at: Date,
): Refusal | undefined {
  if (answeredElsewhere && isReply(post.kind))
    return { code: 'answered_elsewhere', note: 'Somebody answered from the phone or another app meanwhile' }
  const verdict = judge(
    {
      platform: account.platform,
      text: post.text,
      windowExpiresAt: conversation.windowExpiresAt ?? undefined,
      optedOutAt: standingOptOut(contact.optedOutAt, conversation.lastInboundAt),
      standby: conversation.standby,
      kind: post.kind,
      repliesLastHour,
      comment: comment?.messageRef ? factsOf(comment) : undefined,
    },
    at,
  )
  return verdict.allow ? undefined : { code: verdict.rule, note: verdict.reason }
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max)
}
