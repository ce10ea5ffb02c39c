import type { Transaction } from '#db/client.ts'
import { findCommentToAnswer } from '#db/comments.ts'
import type { ThreadToAnswer } from '#db/reviews.ts'
import type { PostKind } from '#src/domain/outbox.ts'
import type { CommentFacts, PolicyCase } from '#src/domain/policy-case.ts'

/** What an answer in this conversation is addressed to. */
export interface Target {
  /** The contact, or in a comment thread the contact's newest comment; empty when none is left, which policy denies. */
  recipientRef: string
  comment: CommentFacts | undefined
}

export async function findTarget(tx: Transaction, { conversation, contact }: ThreadToAnswer): Promise<Target> {
  if (conversation.kind === 'direct') return { recipientRef: contact.contactRef, comment: undefined }
  const found = await findCommentToAnswer(tx, conversation.id)
  return { recipientRef: found?.commentRef ?? '', comment: found?.facts }
}

export function policyCase(
  { account, contact, conversation }: ThreadToAnswer,
  { comment }: Target,
  kind: PostKind,
): Omit<PolicyCase, 'text'> {
  return {
    platform: account.platform,
    windowExpiresAt: conversation.windowExpiresAt ?? undefined,
    optedOutAt: contact.optedOutAt ?? undefined,
    standby: conversation.standby,
    kind,
    comment,
  }
}
