import { boolean, index, mysqlTable, uniqueIndex } from 'drizzle-orm/mysql-core'
import type { AccountId, ConversationId, DecisionId, DraftId, MessageId, OperatorId } from '../../src/domain/ids.ts'
import type { Verdict } from '../../src/domain/policy.ts'
import type { Approval, Endorsement } from '../../src/domain/review.ts'
import { createdAt, hash, humanText, id, jsonText, platformRef, word } from './columns.ts'

/** Who decided what about which words, and when. Never changed; an approval carries its signature. */
export const reviewDecisions = mysqlTable(
  'review_decisions',
  {
    id: id<DecisionId>().primaryKey(),
    draftId: id<DraftId>().notNull(),
    accountId: id<AccountId>().notNull(),
    conversationId: id<ConversationId>().notNull(),
    operatorId: id<OperatorId>().notNull(),
    /** `endorse` is the first of two approvals. */
    verdict: word<'approve' | 'reject' | 'endorse'>().notNull(),
    text: humanText().notNull(),
    textHash: hash().notNull(),
    headMessageId: id<MessageId>().notNull(),
    edited: boolean().notNull(),
    reason: humanText(),
    policyVerdict: jsonText<Verdict>()(),
    /** The signed fields, and the Ed25519 signature over them in base64. */
    approval: jsonText<Approval | Endorsement>()(),
    signature: platformRef(),
    /** Of an approval that took two: the first one. */
    firstId: id<DecisionId>(),
    createdAt: createdAt(),
  },
  (t) => [
    uniqueIndex('review_decisions_draft').on(t.draftId, t.verdict),
    index('review_decisions_conversation').on(t.conversationId, t.id),
    index('review_decisions_account').on(t.accountId, t.createdAt),
    index('review_decisions_operator').on(t.operatorId, t.createdAt),
  ],
)
