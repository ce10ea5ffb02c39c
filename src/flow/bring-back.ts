import { appendAudit } from '#db/audit.ts'
import { inTransaction, type Transaction } from '#db/client.ts'
import { findDecision, findDraftToDecide, findPost, findWaitingDraft, insertDraft, setAttention } from '#db/reviews.ts'
import { AppError } from '#src/domain/errors.ts'
import { failureOf } from '#src/domain/failure.ts'
import { type DraftId, type MessageId, newId, type OperatorId, type PostId } from '#src/domain/ids.ts'
import { type ReviewDeps, requireThread } from './review.ts'

type Deps = Pick<ReviewDeps, 'db' | 'publish' | 'now'>
type Post = NonNullable<Awaited<ReturnType<typeof findPost>>>

/**
 * Puts the words of a post that did not arrive in front of a person again. Its approval is used up: they wait as a draft, beside the
 * newest message, and leave with a new approval or not at all. An uncertain post is left alone, since it may have arrived.
 */
export function createBringBack({ db, publish, now }: Deps) {
  return async ({ postId, operatorId }: { postId: PostId; operatorId: OperatorId }): Promise<void> => {
    const found = await findPost(db, postId)
    if (!found) throw new AppError('not_found', 'There is no such post')
    const { conversationId } = found
    await inTransaction(db, async (tx) => {
      const { account, conversation } = await requireThread(tx, conversationId, operatorId)
      // Read again under the lock: somebody may have settled it meanwhile.
      const post = await requireFailed(tx, postId)
      if (await findWaitingDraft(tx, conversationId)) {
        throw new AppError('conflict', 'A draft waits in this conversation already', { field: 'status' })
      }
      const { headMessageId } = conversation
      if (!headMessageId) throw new AppError('conflict', 'There is no message left to answer')
      const at = now()
      const draftId = await redraft(tx, post, { headMessageId, at })
      await setAttention(tx, conversationId, { attention: 'review' }, at)
      await appendAudit(tx, {
        action: 'post.brought_back',
        actor: { kind: 'operator', id: operatorId },
        subject: { kind: 'post', id: postId },
        accountId: account.id,
        detail: { draftId, textHash: post.textHash },
        at,
      })
    })
    publish({ topic: 'queue', id: conversationId })
    publish({ topic: 'conversation', id: conversationId })
  }
}

async function requireFailed(tx: Transaction, id: PostId): Promise<Post> {
  const post = await findPost(tx, id)
  if (post?.status !== 'failed') {
    throw new AppError('conflict', 'Only a reply that did not arrive can be brought back', { field: 'status' })
  }
  const { mayReturn, advice } = failureOf(post)
  if (!mayReturn) throw new AppError('conflict', advice.replace(/\.$/, ''), { field: 'status' })
  return post
}

/** Whose words they are stays as it was drafted, so that a machine's words stay a machine's. */
async function redraft(tx: Transaction, post: Post, { headMessageId, at }: { headMessageId: MessageId; at: Date }) {
  const decision = await findDecision(tx, post.decisionId)
  const before = decision && (await findDraftToDecide(tx, decision.draftId))
  if (!before) throw new AppError('not_found', 'The draft of this reply is gone')
  const id: DraftId = newId('draft', at)
  await insertDraft(tx, {
    ...{
      ...before.draft,
      id,
      headMessageId,
      waitingFor: post.conversationId,
      text: post.text,
      textHash: post.textHash,
    },
    ...{ inputTokens: 0, outputTokens: 0, costMicros: 0, status: 'pending_review', version: 1 },
    ...{ createdAt: at, updatedAt: at },
  })
  return id
}
