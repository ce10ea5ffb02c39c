import { appendAudits } from '#db/audit.ts'
import type { Transaction } from '#db/client.ts'
import { insertDecision, insertDraft, insertPost, setAttention, type ThreadToAnswer } from '#db/reviews.ts'
import type { AuditEvent } from '#src/domain/audit.ts'
import { AppError } from '#src/domain/errors.ts'
import { type DecisionId, type DraftId, type MessageId, newId, type OperatorId, type PostId } from '#src/domain/ids.ts'
import type { PostKind } from '#src/domain/outbox.ts'
import type { Platform } from '#src/domain/platform.ts'
import { type Allowance, POLICY_VERSION } from '#src/domain/policy.ts'
import type { Provenance } from '#src/domain/policy-case.ts'
import type { Approval, Endorsement } from '#src/domain/review.ts'
import type { RiskKind } from '#src/domain/second.ts'
import type { WaitingPost } from '#src/limits/lanes.ts'
import { textHash } from '#src/vault/hash.ts'
import type { Target } from './address.ts'

export interface Reply {
  draftId: DraftId
  text: string
  /** The operator changed Claude's words. */
  edited: boolean
  provenance: Provenance
  /** In the order in which they leave, each as the policy allowed it. */
  posts: readonly { kind: PostKind; verdict: Allowance }[]
  target: Target
  /** All that may ask for two people, whether the account does or not. */
  risks: readonly RiskKind[]
  /** The first of two approvals. */
  firstId?: DecisionId | undefined
  operatorId: OperatorId
  givenBy: Approval['givenBy']
}

interface Pen {
  sign: (signed: Approval | Endorsement) => string
  at: Date
  /** The conversation asks for what it asked for before. */
  keepsAttention?: boolean
}

/** A post that was made, and when its undo time ends. */
export interface Approved {
  postId: PostId
  sendsAt: Date
  platform: Platform
  waiting: WaitingPost & { delayMs: number }
}

/**
 * Stores the signed approvals, their posts and audit entries; part of the transaction that settled the draft. Each post has a
 * draft and a decision of its own: what is said in two places is said twice.
 */
export async function approveAll(tx: Transaction, thread: ThreadToAnswer, reply: Reply, pen: Pen): Promise<Approved[]> {
  const made: Approved[] = []
  const entries: AuditEvent[] = []
  for (const post of reply.posts) {
    const draftId = made.length === 0 ? reply.draftId : await insertOwnDraft(tx, thread, reply, pen.at)
    const { approved, entry } = await approve(tx, thread, { ...reply, ...post, draftId, place: made.length }, pen)
    made.push(approved)
    entries.push(entry)
  }
  if (!pen.keepsAttention) await setAttention(tx, thread.conversation.id, { attention: 'none' }, pen.at)
  await appendAudits(tx, entries)
  return made
}

/** What a person wrote, or said a second time, as a draft that is approved already. */
export async function insertOwnDraft(
  tx: Transaction,
  thread: ThreadToAnswer,
  words: Pick<Reply, 'text' | 'operatorId'>,
  at: Date,
): Promise<DraftId> {
  const draft = ownDraft(thread, { ...words, flags: [] }, at)
  await insertDraft(tx, draft)
  return draft.id
}

export function ownDraft(
  { account, conversation }: ThreadToAnswer,
  { text, operatorId, flags }: Pick<Reply, 'text' | 'operatorId'> & { flags: string[] },
  at: Date,
) {
  return {
    id: newId('draft', at),
    accountId: account.id,
    conversationId: conversation.id,
    headMessageId: headOf(conversation),
    author: 'operator' as const,
    operatorId,
    text,
    textHash: textHash(text),
    citations: [],
    flags,
    status: 'approved' as const,
    createdAt: at,
    updatedAt: at,
  }
}

/** `place`: its turn among the posts of one answer. */
type OneReply = Omit<Reply, 'posts'> & Reply['posts'][number] & { place: number }

async function approve(
  tx: Transaction,
  thread: ThreadToAnswer,
  reply: OneReply,
  { sign, at }: Pen,
): Promise<{ approved: Approved; entry: AuditEvent }> {
  const { account, conversation } = thread
  const approval = approvalOf(thread, reply, at)
  const sendsAt = new Date(at.getTime() + account.undoMs)
  await storeDecision(tx, { approval, reply, signature: sign(approval), at })
  await insertPost(tx, {
    id: approval.postId,
    decisionId: approval.decisionId,
    accountId: account.id,
    conversationId: conversation.id,
    platform: account.platform,
    kind: approval.kind,
    recipientRef: approval.recipientRef,
    text: reply.text,
    textHash: approval.textHash,
    status: 'queued',
    notBefore: sendsAt,
    createdAt: at,
    updatedAt: at,
  })
  const { postId } = approval
  const { id: conversationId, accountId, windowExpiresAt } = conversation
  const waiting = { id: postId, accountId, conversationId, windowExpiresAt, delayMs: account.undoMs }
  return { approved: { postId, sendsAt, platform: account.platform, waiting }, entry: entryOf(approval, reply, at) }
}

function entryOf(approval: Approval, { draftId, operatorId, edited }: OneReply, at: Date): AuditEvent {
  const { decisionId, postId, headMessageId, kind, accountId, textHash } = approval
  return {
    action: 'draft.approved',
    actor: { kind: 'operator', id: operatorId },
    subject: { kind: 'draft', id: draftId },
    accountId,
    detail: { decisionId, postId, kind, headMessageId, textHash, edited },
    at,
  }
}

function approvalOf({ account, conversation }: ThreadToAnswer, reply: OneReply, at: Date): Approval {
  return {
    decisionId: newId('decision', at),
    draftId: reply.draftId,
    // Posts leave in the order of their ids.
    postId: newId('post', new Date(at.getTime() + reply.place)),
    accountId: account.id,
    conversationId: conversation.id,
    platform: account.platform,
    kind: reply.kind,
    recipientRef: reply.kind === 'public_reply' ? reply.target.publicRef : reply.target.recipientRef,
    textHash: textHash(reply.text),
    headMessageId: headOf(conversation),
    policyVersion: POLICY_VERSION,
    provenance: reply.provenance,
    operatorId: reply.operatorId,
    givenBy: reply.givenBy,
    decidedAt: at.getTime(),
    risks: reply.risks.join(','),
    first: reply.firstId ?? '',
  }
}

async function storeDecision(
  tx: Transaction,
  { approval, reply, signature, at }: { approval: Approval; reply: OneReply; signature: string; at: Date },
): Promise<void> {
  const { decisionId, draftId, accountId, conversationId, operatorId, headMessageId } = approval
  await insertDecision(tx, {
    id: decisionId,
    draftId,
    accountId,
    conversationId,
    operatorId,
    verdict: 'approve',
    text: reply.text,
    textHash: approval.textHash,
    headMessageId,
    edited: reply.edited,
    policyVerdict: reply.verdict,
    approval,
    signature,
    firstId: reply.firstId ?? null,
    createdAt: at,
  })
}

/** The newest message of a conversation that can be answered; throws `conflict` when there is none yet. */
export function headOf(conversation: ThreadToAnswer['conversation']): MessageId {
  if (conversation.headMessageId) return conversation.headMessageId
  throw new AppError('conflict', 'This conversation has no message yet', { field: 'headMessageId' })
}
