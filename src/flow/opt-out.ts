import { optOut } from '#db/contacts.ts'
import { setAttention } from '#db/reviews.ts'
import { isOptOut } from '#src/domain/opt-out.ts'
import type { Desk } from './receive-item.ts'
import type { Words } from './receive-message.ts'
import type { Thread } from './receive-thread.ts'

/** A contact who asks for no more messages gets none until they write again; a person may still look at the conversation. */
export async function heedOptOut(
  { tx, aftermath, now }: Desk,
  { conversation }: Thread,
  { text, sentAt }: Pick<Words, 'text' | 'sentAt'>,
): Promise<void> {
  if (!isOptOut(text) || !(await optOut(tx, conversation.contactId, sentAt))) return
  await setAttention(tx, conversation.id, { attention: 'person', reason: 'opted_out' }, now())
  aftermath.drafts.delete(conversation.id)
  aftermath.audits.push({
    action: 'contact.opted_out',
    actor: { kind: 'platform', id: 'contact' },
    subject: { kind: 'contact', id: conversation.contactId },
    accountId: conversation.accountId,
    detail: { conversationId: conversation.id, sentAt: sentAt.toISOString() },
    at: now(),
  })
}
