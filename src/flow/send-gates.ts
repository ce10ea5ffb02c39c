import { factsOf } from '#db/comments.ts'
import type { SendCase } from '#db/send-cases.ts'
import { canBeRestricted, may } from '#src/domain/identity.ts'
import { privateReplyWindow } from '#src/domain/limit.ts'
import { isReply } from '#src/domain/outbox.ts'
import { judge, type PolicyCase } from '#src/domain/policy.ts'
import { policyCase } from '#src/domain/policy-case.ts'
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
  const refusal = approvalFault(found, around.isApproved) ?? rightFault(found) ?? elsewhereFault(found)
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

type Signed = Pick<Approval, 'policyVersion' | 'provenance' | 'givenBy' | 'decidedAt'>

/** What only the approval itself knows; anything wrong in it breaks the signature. */
function signedFields(text: string | null): Signed | undefined {
  try {
    const { policyVersion, provenance, givenBy, decidedAt } = JSON.parse(text ?? '') as Approval
    return { policyVersion, provenance, givenBy, decidedAt }
  } catch {
    return undefined
  }
}

function rightFault({ operator, keptFrom }: SendCase): Refusal | undefined {
  const mayStill = operator && !operator.disabledAt && operator.role && may(operator.role, 'decide')
  if (mayStill && !(keptFrom && canBeRestricted(operator.role))) return undefined
  return { code: 'right_lost', note: 'The operator who approved this may no longer approve replies' }
}

function elsewhereFault({ post, answeredElsewhere }: SendCase): Refusal | undefined {
  if (!answeredElsewhere || !isReply(post.kind)) return undefined
  return { code: 'answered_elsewhere', note: 'Somebody answered from the phone or another app meanwhile' }
}

function caseOf(found: SendCase): PolicyCase {
  const { post, comment, repliesLastHour, sameTextContacts, thread, decision } = found
  const facts = comment?.messageRef ? factsOf(comment) : undefined
  const past = { comment: facts, repliesLastHour, sameTextContacts, ...thread }
  const provenance = signedFields(decision?.approvalText ?? null)?.provenance
  return { ...policyCase(found, past), kind: post.kind, text: post.text, ...(provenance && { provenance }) }
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max)
}
