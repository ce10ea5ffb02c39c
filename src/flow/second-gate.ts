/* What of an approval the sender reads from the record beside it, and the gate for replies that take two people. */
import type { SendCase } from '#db/send-cases.ts'
import { may } from '#src/domain/identity.ts'
import type { Approval, Endorsement } from '#src/domain/review.ts'
import { neededFor, type RiskKind } from '#src/domain/second.ts'
import { endorsementIn } from './second.ts'

export type ApprovalCheck = (signed: Approval | Endorsement, signature: string) => boolean

export interface Refusal {
  /** A rule of ours, such as `approval_invalid` or `reply_window`. */
  code: string
  /** For an operator. */
  note: string
}

export const FORGED: Refusal = {
  code: 'approval_invalid',
  note: 'The approval does not cover what would have been sent',
}

export const RIGHT_LOST: Refusal = {
  code: 'right_lost',
  note: 'The operator who approved this may no longer approve replies',
}

const ALONE: Refusal = {
  code: 'second_missing',
  note: 'The account’s rule asks for two people’s approval of such a reply, and one is not there',
}

type Signed = Pick<Approval, 'policyVersion' | 'provenance' | 'givenBy' | 'decidedAt' | 'risks'>

/** What only the approval itself knows; anything wrong in it breaks the signature. */
export function signedFields(text: string | null): Signed | undefined {
  try {
    const { policyVersion, provenance, givenBy, decidedAt, risks } = JSON.parse(text ?? '') as Approval
    return { policyVersion, provenance, givenBy, decidedAt, ...(risks !== undefined && { risks: String(risks) }) }
  } catch {
    return undefined
  }
}

/** The rule as it stands now, for the risks that the approval was signed with: the first approval has to be there, by somebody else. */
export function secondFault(found: SendCase, isApproved: ApprovalCheck): Refusal | undefined {
  const { account, decision, first, firstOperator } = found
  const risks = signedFields(decision?.approvalText ?? null)?.risks?.split(',') ?? []
  const isNeeded = neededFor(account.secondFor, risks as RiskKind[]).length > 0
  if (!isNeeded && !decision?.firstId) return undefined
  if (!first || first.operatorId === decision?.operatorId || first.verdict !== 'endorse') return ALONE
  if (!isSigned(found, first, isApproved)) return FORGED
  return mayDecide(firstOperator) ? undefined : RIGHT_LOST
}

type FirstRow = NonNullable<SendCase['first']>

/** It was given for these words in this place, and nobody touched it since. */
function isSigned({ post, decision }: SendCase, first: FirstRow, isApproved: ApprovalCheck): boolean {
  const isOfThis =
    first.textHash === post.textHash &&
    first.accountId === post.accountId &&
    first.conversationId === post.conversationId &&
    first.headMessageId === decision?.headMessageId
  const signed = isOfThis ? endorsementOf(first) : undefined
  return signed !== undefined && first.signature !== null && isApproved(signed, first.signature)
}

function endorsementOf({ approvalText, ...row }: FirstRow): Endorsement | undefined {
  try {
    return endorsementIn({ ...row, approval: JSON.parse(approvalText ?? '') as Endorsement })
  } catch {
    return undefined
  }
}

export function mayDecide(operator: SendCase['operator']): boolean {
  return Boolean(operator && !operator.disabledAt && operator.role && may(operator.role, 'decide'))
}
