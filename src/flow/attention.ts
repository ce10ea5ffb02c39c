import { supersedeDrafts } from '#db/drafts.ts'
import { findLastApproval } from '#db/echoes.ts'
import type { Recent } from '#db/messages.ts'
import { type NewAttention, setAttention } from '#db/reviews.ts'
import { unanswered } from '#src/domain/thread.ts'
import type { Desk } from './receive-item.ts'
import type { Thread } from './receive-thread.ts'

/** Of the conversation's newest messages those that nobody has answered. */
export async function listUnanswered({ tx }: Desk, { conversation }: Thread, recent: Recent[]): Promise<Recent[]> {
  return unanswered(recent, await findLastApproval(tx, conversation.id))
}

/** The conversation has changed, so a waiting draft no longer fits; it is drafted anew, or waits for a person. */
export async function askForReply(desk: Desk, thread: Thread, open: Recent[]): Promise<void> {
  const { tx, aftermath, now } = desk
  const { account, conversation } = thread
  const { id } = conversation
  const at = now()
  await supersedeDrafts(tx, [id], at)
  const to = attentionFor(thread, open, at)
  await setAttention(tx, id, to, at)
  aftermath.queue.add(id)
  if (to.attention === 'waiting') aftermath.drafts.set(id, account.quietMs)
}

/** What the conversation asks for while this is open. */
export function attentionFor({ account, conversation }: Thread, open: Recent[], at: Date): NewAttention {
  const newest = open.find(({ direction, deletedAt }) => direction === 'inbound' && deletedAt === null)
  if (!newest || conversation.standby) return { attention: 'none' }
  if (newest.form === 'unsupported' || newest.form === 'hidden_mention')
    return { attention: 'person', reason: 'unsupported' }
  return { attention: 'waiting', draftDueAt: new Date(at.getTime() + account.quietMs) }
}
