import { moveConversation } from '#db/conversations.ts'
import { isTakenBack } from '#db/inbox.ts'
import { changeMessage, findMessage, insertMessage, listRecent } from '#db/messages.ts'
import { newId } from '#src/domain/ids.ts'
import type { CommentForm, CommentItem, MentionItem, VisibilityItem } from '#src/domain/inbox.ts'
import { mentionRefOf } from '#src/domain/mention.ts'
import { applyOwn } from './receive-echo.ts'
import type { Desk } from './receive-item.ts'
import { applyWords, type Words } from './receive-message.ts'
import type { Thread } from './receive-thread.ts'
import { headOf } from './receive-window.ts'

/** A comment asks for an answer as a message does; one of our own is a public reply coming back, and settles its post. */
export async function applyComment(desk: Desk, thread: Thread, item: CommentItem): Promise<void> {
  const words = {
    messageRef: item.commentRef,
    form: formOf(thread, item),
    text: item.text,
    attachments: [],
    replyToRef: item.parentRef ?? null,
    sentAt: item.at,
  }
  if (item.own) return applyOwn(desk, thread, { words, kind: 'public_reply' })
  await applyTheirs(desk, thread, words)
}

function formOf({ conversation }: Thread, { live }: CommentItem): 'comment_mention' | CommentForm {
  if (conversation.kind === 'mention') return 'comment_mention'
  return live ? 'live_comment' : 'comment'
}

/** So does a mention, wherever it stands. */
export async function applyMention(desk: Desk, thread: Thread, item: MentionItem): Promise<void> {
  // It is known as a comment under a post of ours.
  if (thread.conversation.kind !== 'mention') return
  const { text, at: sentAt, hidden, commentRef, link } = item
  await applyTheirs(desk, thread, {
    messageRef: mentionRefOf(item),
    form: hidden ? 'hidden_mention' : commentRef === undefined ? 'post_mention' : 'comment_mention',
    text,
    attachments: link ? [{ type: 'mentioning_post', ...link }] : [],
    replyToRef: null,
    sentAt,
  })
}

async function applyTheirs(desk: Desk, thread: Thread, said: Omit<Words, 'direction' | 'origin'>): Promise<void> {
  const words = { ...said, direction: 'inbound', origin: 'contact' } as const
  const about = { accountRef: thread.account.accountRef, messageRef: words.messageRef }
  if (await isTakenBack(desk.tx, about)) return bury(desk, thread, words)
  await applyWords(desk, thread, words, { standby: false, opener: 'comment' })
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
