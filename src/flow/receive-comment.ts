import { changeMessage, findMessage } from '#db/messages.ts'
import type { CommentItem, VisibilityItem } from '#src/domain/inbox.ts'
import { applyOwn } from './receive-echo.ts'
import type { Desk } from './receive-item.ts'
import { applyWords } from './receive-message.ts'
import type { Thread } from './receive-thread.ts'

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
  const turn = { standby: false, opener: 'comment' as const }
  await applyWords(desk, thread, { ...words, direction: 'inbound', origin: 'contact' }, turn)
}

/** Somebody hid the comment, here or elsewhere, or showed it again. */
export async function applyVisibility({ tx }: Desk, { account }: Thread, item: VisibilityItem): Promise<void> {
  const known = await findMessage(tx, { accountId: account.id, messageRef: item.commentRef })
  if (known) await changeMessage(tx, known.id, { hiddenAt: item.hidden ? item.at : null })
}
