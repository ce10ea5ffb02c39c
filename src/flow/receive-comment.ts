import { moveConversation } from '#db/conversations.ts'
import { isTakenBack } from '#db/inbox.ts'
import { changeMessage, findMessage, insertMessage, listRecent } from '#db/messages.ts'
import { newId } from '#src/domain/ids.ts'
import type { CommentItem, VisibilityItem } from '#src/domain/inbox.ts'
import { applyOwn } from './receive-echo.ts'
import type { Desk } from './receive-item.ts'
import { applyWords, type Words } from './receive-message.ts'
import type { Thread } from './receive-thread.ts'
import { headOf } from './receive-window.ts'

/** A comment asks for an answer as a message does; one of our own is a public reply coming back, and settles its post. */
export async function applyComment(desk: Desk, thread: Thread, item: CommentItem): Promise<void> {
  const words = {
    messageRef: item.commentRef,
    form: item.live ? ('live_comment' as const) : ('comment' as const),
    text: item.text,
    attachments: [],
    replyToRef: item.parentRef ?? null,
    sentAt: item.at,
  }
  if (item.own) return applyOwn(desk, thread, { words, kind: 'public_reply' })
  const about = { accountRef: item.accountRef, messageRef: item.commentRef }
  if (await isTakenBack(desk.tx, about))
    return bury(desk, thread, { ...words, direction: 'inbound', origin: 'contact' })
  const turn = { standby: false, opener: 'comment' as const }
  await applyWords(desk, thread, { ...words, direction: 'inbound', origin: 'contact' }, turn)
}

/** Its removal came first: nothing of its words is kept, and nobody answers it. */
async function bury(desk: Desk, { account, conversation }: Thread, words: Words): Promise<void> {
  const { tx, aftermath, now } = desk
  const at = now()
  const place = { id: newId('message', at), accountId: account.id, conversationId: conversation.id, createdAt: at }
  await insertMessage(tx, { ...words, ...place, text: '', deletedAt: at })
  await moveConversation(tx, conversation.id, headOf(await listRecent(tx, conversation.id)), at)
  aftermath.erase = true
}

/** Somebody hid the comment, here or elsewhere, or showed it again. */
export async function applyVisibility({ tx }: Desk, { account }: Thread, item: VisibilityItem): Promise<void> {
  const known = await findMessage(tx, { accountId: account.id, messageRef: item.commentRef })
  if (known) await changeMessage(tx, known.id, { hiddenAt: item.hidden ? item.at : null })
}
