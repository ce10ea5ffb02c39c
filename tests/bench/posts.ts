import type { Database } from '#db/client.ts'
import { newId, type OperatorId } from '#src/domain/ids.ts'
import { POLICY_VERSION } from '#src/domain/policy.ts'
import type { Approval } from '#src/domain/review.ts'
import type { WaitingPost } from '#src/limits/lanes.ts'
import { textHash } from '#src/vault/hash.ts'
import { type Account, insertMany } from './people.ts'
import type { Thread } from './threads.ts'

/** The decision on a draft as an operator sends it who has seen what there is. */
export function anApproval({ messageId, answer: text }: Thread) {
  return { verdict: 'approve' as const, text, seen: { textHash: textHash(text), headMessageId: messageId } }
}

const DAY_MS = 86_400_000

interface Posts {
  account: Account
  threads: readonly Thread[]
  operatorId: OperatorId
  sign: (approval: Approval) => string
}

/** Posts that are approved, signed and due, one in each thread; as their lane wants them. */
export async function fillPosts(db: Database, { account, threads, operatorId, sign }: Posts): Promise<WaitingPost[]> {
  const at = new Date()
  const texts = threads.map(({ answer }) => ({ text: answer, text_hash: textHash(answer) }))
  const approvals = threads.map(({ conversationId, contactRef, messageId, draftId, answer }) => ({
    decisionId: newId('decision', at),
    draftId,
    postId: newId('post', at),
    accountId: account.id,
    conversationId,
    platform: 'instagram' as const,
    kind: 'message' as const,
    recipientRef: contactRef,
    textHash: textHash(answer),
    headMessageId: messageId,
    policyVersion: POLICY_VERSION,
    provenance: 'drafted' as const,
    operatorId,
    givenBy: 'console' as const,
    decidedAt: at.getTime(),
  }))
  const shared = { account_id: account.id, created_at: at }
  await insertMany(
    db,
    'review_decisions',
    approvals.map((approval, index) => ({
      ...shared,
      ...texts[index],
      id: approval.decisionId,
      draft_id: approval.draftId,
      conversation_id: approval.conversationId,
      operator_id: operatorId,
      verdict: 'approve',
      head_message_id: approval.headMessageId,
      edited: false,
      approval: JSON.stringify(approval),
      signature: sign(approval),
    })),
  )
  await insertMany(
    db,
    'outbox_posts',
    approvals.map(({ postId, decisionId, conversationId, kind, recipientRef }, index) => ({
      ...shared,
      ...texts[index],
      id: postId,
      decision_id: decisionId,
      conversation_id: conversationId,
      platform: 'instagram',
      kind,
      recipient_ref: recipientRef,
      status: 'queued',
      not_before: at,
      updated_at: at,
    })),
  )
  const windowExpiresAt = new Date(at.getTime() + DAY_MS)
  return approvals.map(({ postId: id, accountId, conversationId }) => ({
    id,
    accountId,
    conversationId,
    windowExpiresAt,
  }))
}
