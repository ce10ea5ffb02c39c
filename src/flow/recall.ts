import { appendAudit, appendAudits } from '#db/audit.ts'
import { inTransaction, type Transaction } from '#db/client.ts'
import {
  cancelPost,
  findDecision,
  findDraftToDecide,
  findPost,
  findWaitingDraft,
  insertDraft,
  listQueuedWith,
  setAttention,
  settleDraft,
} from '#db/reviews.ts'
import { listEnded } from '#db/send-cases.ts'
import { AppError } from '#src/domain/errors.ts'
import { type ConversationId, type MessageId, newId, type OperatorId, type PostId } from '#src/domain/ids.ts'
import { isReply } from '#src/domain/outbox.ts'
import { type ReviewDeps, requireSeen, requireThread } from './review.ts'

/** Takes an approved reply back before it leaves; its words wait for review again. Throws `conflict` when it has already left. */
export function createUndo({ db, publish, now }: ReviewDeps) {
  return async ({
    postId,
    operatorId,
  }: {
    postId: PostId
    operatorId: OperatorId
  }): Promise<{ conversationId: ConversationId }> => {
    const found = await findPost(db, postId)
    if (!found) throw new AppError('not_found', 'There is no such post')
    const { conversationId } = found
    await inTransaction(db, async (tx) => {
      const thread = await requireThread(tx, conversationId, operatorId)
      const at = now()
      const queued = await listQueuedWith(tx, found)
      // A row that says otherwise than the record was tampered with: what has left is not taken back.
      const ended = await listEnded(tx, [postId, ...queued])
      const siblings = queued.filter((id) => !ended.includes(id))
      if (ended.includes(postId) || !(await cancelPost(tx, postId, at))) {
        throw new AppError('conflict', 'This reply has already left', { field: 'status' })
      }
      await putBack(tx, { ...found, headMessageId: thread.conversation.headMessageId }, at)
      // What was answered in two places was one answer.
      for (const id of siblings) await cancelPost(tx, id, at)
      const entries = [postId, ...siblings].map((id) => ({
        action: 'post.cancelled' as const,
        actor: { kind: 'operator' as const, id: operatorId },
        subject: { kind: 'post', id },
        accountId: thread.account.id,
        detail: { textHash: found.textHash },
        at,
      }))
      await appendAudits(tx, entries)
    })
    publish({ topic: 'queue', id: conversationId })
    publish({ topic: 'conversation', id: conversationId })
    publish({ topic: 'outbox', id: postId })
    return { conversationId }
  }
}

type Post = NonNullable<Awaited<ReturnType<typeof findPost>>>

/** What was approved becomes the waiting draft, unless the conversation has moved on since. */
async function putBack(
  tx: Transaction,
  post: Omit<Post, 'headMessageId'> & { headMessageId: MessageId | null },
  at: Date,
): Promise<void> {
  if (!isReply(post.kind)) return
  const decision = await findDecision(tx, post.decisionId)
  const before = decision && (await findDraftToDecide(tx, decision.draftId))
  if (!before || before.draft.headMessageId !== post.headMessageId) return
  if (await findWaitingDraft(tx, post.conversationId)) return
  await insertDraft(tx, {
    ...before.draft,
    id: newId('draft', at),
    waitingFor: post.conversationId,
    text: post.text,
    textHash: post.textHash,
    inputTokens: 0,
    outputTokens: 0,
    costMicros: 0,
    status: 'pending_review',
    version: 1,
    createdAt: at,
    updatedAt: at,
  })
  await setAttention(tx, post.conversationId, { attention: 'review' }, at)
}

/** Asks for a new draft, with a wish. */
export function createRedraft({ db, bell, publish, now }: ReviewDeps) {
  return async ({
    conversationId,
    instruction,
    operatorId,
  }: {
    conversationId: ConversationId
    instruction: string
    operatorId: OperatorId
  }) => {
    await inTransaction(db, async (tx) => {
      await requireThread(tx, conversationId, operatorId)
      const at = now()
      const waiting = await findWaitingDraft(tx, conversationId)
      if (waiting) await settleDraft(tx, waiting.id, 'superseded', at)
      await setAttention(
        tx,
        conversationId,
        { attention: 'waiting', draftDueAt: at, instruction: instruction.trim() },
        at,
      )
    })
    publish({ topic: 'queue', id: conversationId })
    publish({ topic: 'conversation', id: conversationId })
    await bell.draft(conversationId, 0).catch(() => undefined)
  }
}

/** Nothing to answer here: the conversation leaves the queue until the contact writes again. */
export function createDismiss({ db, publish, now }: ReviewDeps) {
  return async (input: {
    conversationId: ConversationId
    headMessageId: MessageId
    operatorId: OperatorId
  }): Promise<void> => {
    const { conversationId, operatorId } = input
    await inTransaction(db, async (tx) => {
      const thread = await requireThread(tx, conversationId, operatorId)
      requireSeen(thread, input.headMessageId)
      const at = now()
      const waiting = await findWaitingDraft(tx, conversationId)
      if (waiting) await settleDraft(tx, waiting.id, 'superseded', at)
      await setAttention(tx, conversationId, { attention: 'none' }, at)
      await appendAudit(tx, {
        action: 'conversation.dismissed',
        actor: { kind: 'operator', id: operatorId },
        subject: { kind: 'conversation', id: conversationId },
        accountId: thread.account.id,
        detail: { headMessageId: input.headMessageId, draftId: waiting?.id ?? null },
        at,
      })
    })
    publish({ topic: 'queue', id: conversationId })
    publish({ topic: 'conversation', id: conversationId })
  }
}
