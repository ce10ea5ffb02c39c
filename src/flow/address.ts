import type { Transaction } from '#db/client.ts'
import { findCommentToAnswer } from '#db/comments.ts'
import { countSameText, readThreadFacts } from '#db/policy-facts.ts'
import { countRecentReplies } from '#db/recent-replies.ts'
import type { ThreadToAnswer } from '#db/reviews.ts'
import { type Open, policyCase } from '#src/domain/policy-case.ts'
import { textHash } from '#src/vault/hash.ts'

/** What an answer in this conversation is addressed to, and the case of it. */
export interface Target {
  /** The contact, or in a thread of comments or mentions the contact's newest; empty when none is left, which policy denies. */
  recipientRef: string
  /** What a public reply names instead. */
  publicRef: string
  policy: Open
}

export async function findTarget(
  tx: Transaction,
  thread: ThreadToAnswer,
  { text, at }: { text: string; at: Date },
): Promise<Target> {
  const { account, conversation, contact } = thread
  const { id, kind } = conversation
  const words = { accountId: account.id, contactId: contact.id, textHash: textHash(text), at }
  const comment = kind !== 'direct' ? await findCommentToAnswer(tx, id) : undefined
  const past = {
    comment: comment?.facts,
    repliesLastHour: await countRecentReplies(tx, id, at),
    sameTextContacts: await countSameText(tx, words),
    ...(await readThreadFacts(tx, { id, account })),
  }
  const recipientRef = kind !== 'direct' ? (comment?.commentRef ?? '') : contact.contactRef
  // Instagram puts an answer to a reply below the comment that the reply is to, so that one is named; there it is found again.
  const publicRef = account.platform === 'instagram' ? (comment?.parentRef ?? recipientRef) : recipientRef
  return { recipientRef, publicRef, policy: policyCase(thread, past) }
}
