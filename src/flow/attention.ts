import { supersedeDraft } from '#db/drafts.ts'
import { findLastApproval } from '#db/echoes.ts'
import type { Recent } from '#db/messages.ts'
import { type NewAttention, setAttention } from '#db/reviews.ts'
import type { Desk } from './receive-item.ts'
import type { Thread } from './receive-thread.ts'

type Placed = Pick<Recent, 'id' | 'sentAt'>

/** The platform's order: by time, then by id. */
export function isAfter(one: Placed, other: Placed): boolean {
  const ms = one.sentAt.getTime() - other.sentAt.getTime()
  return ms === 0 ? one.id > other.id : ms > 0
}

/**
 * What the contact said and nobody has answered; `recent` is newest first. A reply from elsewhere answers what the platform
 * shows before it. One of ours answers what had reached us when it was approved, whatever the platform's order.
 */
export async function listUnanswered({ tx }: Desk, { conversation }: Thread, recent: Recent[]): Promise<Recent[]> {
  const elsewhere = recent.find(({ origin }) => origin === 'elsewhere')
  const approvedAt = await findLastApproval(tx, conversation.id)
  return recent.filter(
    (message) =>
      message.direction === 'inbound' &&
      message.deletedAt === null &&
      !(elsewhere && isAfter(elsewhere, message)) &&
      !(approvedAt && message.createdAt <= approvedAt),
  )
}

/** The conversation has changed, so a waiting draft no longer fits; it is drafted anew, or waits for a person. */
export async function askForReply(desk: Desk, thread: Thread, unanswered: Recent[]): Promise<void> {
  const { tx, aftermath, now } = desk
  const { account, conversation } = thread
  const { id } = conversation
  const at = now()
  await supersedeDraft(tx, id, at)
  const to = attentionFor(thread, unanswered, at)
  await setAttention(tx, id, to, at)
  aftermath.queue.add(id)
  if (to.attention === 'waiting') aftermath.drafts.set(id, account.quietMs)
}

/** What the conversation asks for while this is unanswered. */
export function attentionFor({ account, conversation }: Thread, unanswered: Recent[], at: Date): NewAttention {
  const newest = unanswered.find(({ direction, deletedAt }) => direction === 'inbound' && deletedAt === null)
  if (!newest || conversation.standby) return { attention: 'none' }
  if (newest.form === 'unsupported') return { attention: 'person', reason: 'unsupported' }
  return { attention: 'waiting', draftDueAt: new Date(at.getTime() + account.quietMs) }
}
