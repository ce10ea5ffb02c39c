import { moveConversation } from '#db/conversations.ts'
import { findReaction } from '#db/inbox.ts'
import { addMedia } from '#db/media.ts'
import { changeMessage, findMessage, insertMessage, listRecent, type Message, type NewMessage } from '#db/messages.ts'
import { newId } from '#src/domain/ids.ts'
import type { MessageItem } from '#src/domain/inbox.ts'
import { askForReply } from './attention.ts'
import { heedOptOut } from './opt-out.ts'
import type { Desk } from './receive-item.ts'
import type { Thread } from './receive-thread.ts'
import { headOf, openerOf, type Turn, turnAfter } from './receive-window.ts'

/** The contact said something. */
export function applyMessage(desk: Desk, thread: Thread, item: MessageItem): Promise<void> {
  const { messageRef, form, text, attachments, at: sentAt } = item
  const words = { messageRef, form, text, attachments, replyToRef: item.replyToRef ?? null, sentAt }
  const turn = { standby: item.standby === true, opener: openerOf(item) }
  return applyWords(desk, thread, { ...words, direction: 'inbound', origin: 'contact' }, turn)
}

/** Stores the contact's words; new ones want an answer. */
export async function applyWords(
  desk: Desk,
  thread: Thread,
  words: Words,
  turn: Pick<Turn, 'standby' | 'opener'>,
): Promise<void> {
  const { id } = thread.conversation
  const stored = await storeMessage(desk, thread, words)
  const recent = await listRecent(desk.tx, id)
  if (stored === 'known') return moveConversation(desk.tx, id, headOf(recent), desk.now())
  await takeTurn(desk, thread, { recent, message: stored, ...turn })
  await heedOptOut(desk, thread, words)
}

/** The contact's words, edited before they came, are new words too. */
export async function takeTurn(desk: Desk, thread: Thread, turn: Turn): Promise<void> {
  const at = desk.now()
  const { account, conversation } = thread
  const { moved, isAnswered } = turnAfter(thread, turn, at)
  await moveConversation(desk.tx, conversation.id, moved, at)
  if (!isAnswered) await askForReply(desk, { account, conversation: { ...conversation, ...moved } }, turn.recent)
}

export type Words = Pick<
  NewMessage,
  'messageRef' | 'direction' | 'origin' | 'form' | 'text' | 'attachments' | 'replyToRef' | 'sentAt' | 'postId'
>

/** Stores a message; one that an edit, an unsend or our own sender has stored before is brought up to date, and is `known`. */
export async function storeMessage(
  desk: Desk,
  { account, conversation }: Thread,
  words: Words,
): Promise<'known' | Message> {
  const { tx, now } = desk
  const { messageRef } = words
  const reaction = await findReaction(tx, { accountRef: account.accountRef, messageRef })
  const at = now()
  const row = {
    ...words,
    id: newId('message', at),
    accountId: account.id,
    conversationId: conversation.id,
    createdAt: at,
  }
  const isNew = await insertMessage(tx, { ...row, reaction: reaction ?? null })
  const stored = await findMessage(tx, { accountId: account.id, messageRef })
  if (!stored) throw new TypeError('A message was neither stored nor there')
  if (stored.deletedAt) desk.aftermath.erase = true
  else await fileMedia(desk, { ...stored, attachments: words.attachments })
  if (isNew) return stored
  await changeMessage(tx, stored.id, completed(stored, words))
  return 'known'
}

/** What came with it is to be fetched, once. */
async function fileMedia(
  { tx, aftermath, now }: Desk,
  message: Pick<Message, 'id' | 'conversationId' | 'attachments'>,
): Promise<void> {
  for (const id of await addMedia(tx, [message], now())) aftermath.media.add(id)
}

/** The platform's time and form hold; what was erased stays erased, what was edited stays edited, and what is ours stays ours. */
function completed(stored: Message, words: Words): Partial<NewMessage> {
  const { form, direction, sentAt, replyToRef, text, attachments } = words
  const isOurs = stored.origin === 'countersign' && direction === 'outbound'
  return {
    form,
    direction,
    sentAt,
    replyToRef: replyToRef ?? null,
    origin: isOurs ? stored.origin : words.origin,
    ...(words.postId && { postId: words.postId }),
    ...(stored.deletedAt ? {} : { attachments }),
    ...(stored.deletedAt || stored.editCount > 0 ? {} : { text }),
  }
}
