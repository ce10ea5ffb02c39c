import { moveConversation } from '#db/conversations.ts'
import { eraseBodies } from '#db/deliveries.ts'
import { findReaction, listCarriers } from '#db/inbox.ts'
import { releaseMedia } from '#db/media.ts'
import { changeMessage, findMessage, insertMessage, listRecent, type Message, type NewMessage } from '#db/messages.ts'
import { newId } from '#src/domain/ids.ts'
import type { EditItem, ReactionItem, ReferralItem, SeenItem, UnsendItem } from '#src/domain/inbox.ts'
import { askForReply, listUnanswered } from './attention.ts'
import type { Desk } from './receive-item.ts'
import { takeTurn } from './receive-message.ts'
import type { Thread } from './receive-thread.ts'
import { headOf, laterOf, windowAfter } from './receive-window.ts'

/** The words go, from the message and from every body that carried them; a tombstone stays, even for what has not come yet. */
export async function applyUnsend(
  desk: Desk,
  thread: Thread,
  { item, deliveryId }: { item: UnsendItem; deliveryId: number },
): Promise<void> {
  const { tx, aftermath, now } = desk
  const { account, conversation } = thread
  const { messageRef } = item
  const erased = { text: '', attachments: [], deletedAt: now() }
  const known = await findMessage(tx, { accountId: account.id, messageRef })
  if (known?.deletedAt) return
  const message = known ?? (await insertEarly(desk, thread, item, erased))
  if (known) await changeMessage(tx, known.id, erased)
  await releaseMedia(tx, [message.id], now())
  const carriers = await listCarriers(tx, { accountRef: account.accountRef, messageRef })
  await eraseBodies(tx, carriers)
  if (carriers.includes(deliveryId)) aftermath.erase = true
  aftermath.audits.push({
    action: 'message.erased',
    actor: { kind: 'platform', id: account.platform },
    subject: { kind: 'message', id: message.id },
    accountId: account.id,
    detail: { messageRef, deliveries: carriers.length },
    at: now(),
  })
  const recent = await listRecent(tx, conversation.id)
  await moveConversation(tx, conversation.id, headOf(recent), now())
  if (known?.direction !== 'inbound' || conversation.attention === 'none') return
  await askForReply(desk, thread, await listUnanswered(desk, thread, recent))
}

/** An edited message is answered as it now reads. */
export async function applyEdit(desk: Desk, thread: Thread, item: EditItem): Promise<void> {
  const { tx, now } = desk
  const { account, conversation } = thread
  const { text, editCount, messageRef } = item
  const edited = { text, editCount, editedAt: item.at }
  const known = await findMessage(tx, { accountId: account.id, messageRef })
  if (known?.deletedAt) {
    desk.aftermath.erase = true
    return
  }
  if (!known) {
    const message = await insertEarly(desk, thread, item, edited)
    const recent = await listRecent(tx, conversation.id)
    return takeTurn(desk, thread, { recent, message, standby: item.standby === true, opener: 'message' })
  }
  if (known.editCount >= editCount) return
  await changeMessage(tx, known.id, edited)
  await moveConversation(tx, conversation.id, {}, now())
  const unanswered = await listUnanswered(desk, thread, await listRecent(tx, conversation.id))
  if (unanswered.some(({ id }) => id === known.id)) await askForReply(desk, thread, unanswered)
}

/** A row for a message that we know only by what happened to it; the message completes it when it comes. */
async function insertEarly(
  { tx, now }: Desk,
  { account, conversation }: Thread,
  { messageRef, at: sentAt }: UnsendItem | EditItem,
  words: Pick<NewMessage, 'text'> & Partial<Pick<NewMessage, 'attachments' | 'deletedAt' | 'editCount' | 'editedAt'>>,
): Promise<Pick<Message, 'id' | 'sentAt'>> {
  const at = now()
  const id = newId('message', at)
  const place = { id, accountId: account.id, conversationId: conversation.id, messageRef, sentAt, createdAt: at }
  const what = { direction: 'inbound' as const, origin: 'contact' as const, form: 'text' as const, attachments: [] }
  await insertMessage(tx, { ...place, ...what, ...words })
  return { id, sentAt }
}

/** The newest reaction counts, in whatever order they come; each opens the reply window, unless it only takes one back. */
export async function applyReaction(
  desk: Desk,
  thread: Thread,
  { messageRef, emoji, at: occurredAt }: ReactionItem,
): Promise<void> {
  const { tx, now } = desk
  const { account, conversation } = thread
  const message = await findMessage(tx, { accountId: account.id, messageRef })
  const reaction = await findReaction(tx, { accountRef: account.accountRef, messageRef })
  if (message) await changeMessage(tx, message.id, { reaction: reaction ?? null })
  const moved = emoji === undefined ? {} : windowAfter(thread, { opener: 'reaction', occurredAt }, now())
  await moveConversation(tx, conversation.id, moved, now())
}

/** The contact followed a link of ours into the thread. */
export async function applyReferral(
  { tx, now }: Desk,
  thread: Thread,
  { at: occurredAt }: ReferralItem,
): Promise<void> {
  const moved = windowAfter(thread, { opener: 'link', occurredAt }, now())
  await moveConversation(tx, thread.conversation.id, moved, now())
}

export async function applySeen({ tx, now }: Desk, { conversation }: Thread, { at: seenAt }: SeenItem): Promise<void> {
  await moveConversation(tx, conversation.id, { seenAt: laterOf(conversation.seenAt, seenAt) }, now())
}
