import { appendAudit } from '#db/audit.ts'
import { type Database, inTransaction, type Transaction } from '#db/client.ts'
import { endPost, findUnclaimedEcho, lockConversation, recordSent } from '#db/outbox.ts'
import { readReach } from '#db/reach.ts'
import { type Post, readSendCase } from '#db/send-cases.ts'
import { AppError } from '#src/domain/errors.ts'
import { isWithin } from '#src/domain/identity.ts'
import type { OperatorId, PostId } from '#src/domain/ids.ts'
import type { Publish } from '#src/queues/live.ts'
import { giveBack } from './refuse.ts'

interface ReconcileDeps {
  db: Database
  publish: Publish
  now: () => Date
}

interface Settlement {
  postId: PostId
  operatorId: OperatorId
  /** What the operator saw in the platform's own app. */
  arrived: boolean
}

const NOT_ARRIVED = 'The reply did not arrive'

/** An operator says what became of an uncertain post. Nothing is ever sent again here; whoever wants to, writes anew. */
export function createReconcile({ db, publish, now }: ReconcileDeps) {
  async function settle({ postId, operatorId, arrived }: Settlement): Promise<void> {
    const found = await readSendCase(db, postId, now())
    if (!found || !isWithin(await readReach(db, operatorId), found.post.accountId))
      throw new AppError('not_found', 'There is no such post')
    const { conversationId, textHash } = found.post
    await inTransaction(db, async (tx) => {
      const at = now()
      const attention = (await lockConversation(tx, conversationId))?.attention
      // Read again under the lock: an echo may just have settled it.
      const post = (await readSendCase(tx, postId, now()))?.post
      if (post?.status !== 'uncertain')
        throw new AppError('conflict', 'This reply has been settled already', { field: 'status' })
      if (arrived) await markArrived(tx, post)
      else await markLost(tx, { post, attention, at })
      await appendAudit(tx, {
        action: 'post.settled',
        actor: { kind: 'operator', id: operatorId },
        subject: { kind: 'post', id: postId },
        accountId: post.accountId,
        detail: { arrived, textHash },
        at,
      })
    })
    publish({ topic: 'outbox', id: postId })
    publish({ topic: 'queue', id: conversationId })
    publish({ topic: 'conversation', id: conversationId })
  }

  return { settle }
}

/** It belongs where it was said: at the time of the call, under the platform's id when the thread shows one. */
async function markArrived(tx: Transaction, post: Post): Promise<void> {
  const messageRef = post.messageRef ?? (await findUnclaimedEcho(tx, post)) ?? `countersign:${post.id}`
  await endPost(tx, post, { status: 'sent', messageRef, at: post.updatedAt })
  await recordSent(tx, post, messageRef, post.updatedAt)
}

async function markLost(
  tx: Transaction,
  { post, attention, at }: { post: Post; attention: string | undefined; at: Date },
) {
  const note = NOT_ARRIVED
  await endPost(tx, post, { status: 'failed', code: post.outcomeCode ?? 'not_arrived', note, at })
  await giveBack(tx, { conversationId: post.conversationId, attention, note, at })
}
