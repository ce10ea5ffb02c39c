import type { Transaction } from '#db/client.ts'
import { findCommentToAnswer } from '#db/comments.ts'
import { countRecentReplies } from '#db/recent-replies.ts'
import type { ThreadToAnswer } from '#db/reviews.ts'
import { standingOptOut } from '#src/domain/opt-out.ts'
import type { PostKind } from '#src/domain/outbox.ts'
import type { CommentFacts, PolicyCase } from '#src/domain/policy-case.ts'

/** What an answer in this conversation is addressed to. */
export interface Target {
  /** The contact, or in a comment thread the contact's newest comment; empty when none is left, which policy denies. */
  recipientRef: string
  comment: CommentFacts | undefined
  repliesLastHour: number
}

export async function findTarget(
  tx: Transaction,
  { conversation, contact }: ThreadToAnswer,
  at: Date,
): Promise<Target> {
  const repliesLastHour = await countRecentReplies(tx, conversation.id, at)
  if (conversation.kind === 'direct') return { recipientRef: contact.contactRef, comment: undefined, repliesLastHour }
  const found = await findCommentToAnswer(tx, conversation.id)
  return { recipientRef: found?.commentRef ?? '', comment: found?.facts, repliesLastHour }
}

export function policyCase(
  { account, contact, conversation }: ThreadToAnswer,
  { comment, repliesLastHour }: Target,
  kind: PostKind,
): Omit<PolicyCase, 'text'> {
  return {
    platform: account.platform,
    windowExpiresAt: conversation.windowExpiresAt ?? undefined,
    optedOutAt: standingOptOut(contact.optedOutAt, conversation.lastInboundAt),
    standby: conversation.standby,
    kind,
    comment,
    repliesLastHour,
  }
}
