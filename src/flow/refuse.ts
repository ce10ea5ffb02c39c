import { raiseAlert } from '#db/alerts.ts'
import { appendAudit } from '#db/audit.ts'
import { type Database, inTransaction, type Transaction } from '#db/client.ts'
import { endPost, lockConversation } from '#db/outbox.ts'
import { setAttention } from '#db/reviews.ts'
import type { SendCase } from '#db/send-cases.ts'
import type { ConversationId } from '#src/domain/ids.ts'
import type { Publish } from '#src/queues/live.ts'
import type { Next } from './next.ts'
import type { Refusal } from './second-gate.ts'

interface RefuseDeps {
  db: Database
  publish: Publish
  now: () => Date
}

/** Ends a post that a gate turned down; nothing has left the house. */
export async function refusePost(
  { db, publish, now }: RefuseDeps,
  { post }: SendCase,
  { code, note }: Refusal,
): Promise<Next> {
  const { id, accountId, conversationId, decisionId, textHash } = post
  await inTransaction(db, async (tx) => {
    const at = now()
    const attention = (await lockConversation(tx, conversationId))?.attention
    if (!(await endPost(tx, post, { status: 'failed', code, note, at }))) return
    await giveBack(tx, { conversationId, attention, note, at })
    if (code === 'approval_invalid') {
      const text = 'A reply was stopped because its approval does not cover it'
      await raiseAlert(tx, { kind: 'approval_invalid', subject: id, severity: 'critical', accountId, text, at })
    }
    await appendAudit(tx, {
      action: 'post.refused',
      actor: { kind: 'process', id: 'sending' },
      subject: { kind: 'post', id },
      accountId,
      detail: { code, decisionId, textHash },
      at,
    })
  })
  publish({ topic: 'outbox', id })
  publish({ topic: 'queue', id: conversationId })
  publish({ topic: 'conversation', id: conversationId })
  if (code === 'approval_invalid') publish({ topic: 'alerts', id })
  return {}
}

interface GivenBack {
  conversationId: ConversationId
  attention: string | undefined
  note: string
  at: Date
}

/** A conversation whose reply did not go out waits for a person, unless a newer message already put it in the queue. */
export async function giveBack(tx: Transaction, { conversationId, attention, note, at }: GivenBack): Promise<void> {
  if (attention === 'review' || attention === 'waiting') return
  await setAttention(tx, conversationId, { attention: 'person', reason: 'not_sent', note }, at)
}
