import type { Account } from '#db/accounts.ts'
import type { Transaction } from '#db/client.ts'
import { findCommentToAnswer } from '#db/comments.ts'
import { countSameText, readThreadFacts, type ThreadFacts } from '#db/policy-facts.ts'
import { countRecentReplies } from '#db/recent-replies.ts'
import type { ThreadToAnswer } from '#db/reviews.ts'
import { standingOptOut } from '#src/domain/opt-out.ts'
import type { PostKind } from '#src/domain/outbox.ts'
import type { CommentFacts, PolicyCase } from '#src/domain/policy-case.ts'
import { textHash } from '#src/vault/hash.ts'

/** What the rules ask about a conversation beyond its own row. */
export interface Past extends ThreadFacts {
  comment: CommentFacts | undefined
  /** Left out, as below, by who only asks what could be said. */
  repliesLastHour?: number
  sameTextContacts?: number
}

/** What an answer in this conversation is addressed to. */
export interface Target extends Past {
  /** The contact, or in a comment thread the contact's newest comment; empty when none is left, which policy denies. */
  recipientRef: string
}

export async function findTarget(
  tx: Transaction,
  { account, conversation, contact }: ThreadToAnswer,
  { text, at }: { text: string; at: Date },
): Promise<Target> {
  const { id, kind } = conversation
  const words = { accountId: account.id, contactId: contact.id, textHash: textHash(text), at }
  const past = {
    repliesLastHour: await countRecentReplies(tx, id, at),
    sameTextContacts: await countSameText(tx, words),
    ...(await readThreadFacts(tx, { id, account })),
  }
  if (kind === 'direct') return { recipientRef: contact.contactRef, comment: undefined, ...past }
  const found = await findCommentToAnswer(tx, id)
  return { recipientRef: found?.commentRef ?? '', comment: found?.facts, ...past }
}

interface Place {
  account: Pick<Account, 'platform' | 'humanAgent' | 'disclosure' | 'disclosureGapMs'>
  contact: Pick<ThreadToAnswer['contact'], 'optedOutAt'>
  conversation: Pick<ThreadToAnswer['conversation'], 'windowExpiresAt' | 'lastInboundAt' | 'standby'>
}

/** The case as every stage puts it before the policy; only the words are missing. */
export function policyCase(
  { account, contact, conversation }: Place,
  past: Past,
  kind: PostKind,
): Omit<PolicyCase, 'text' | 'provenance'> {
  const { platform, humanAgent, disclosure: sentence, disclosureGapMs: gapMs } = account
  return {
    platform,
    account: { humanAgent, disclosure: sentence ? { sentence, gapMs } : undefined },
    windowExpiresAt: conversation.windowExpiresAt ?? undefined,
    optedOutAt: standingOptOut(contact.optedOutAt, conversation.lastInboundAt),
    standby: conversation.standby,
    kind,
    ...past,
  }
}
