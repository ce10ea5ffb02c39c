import { moveConversation } from '#db/conversations.ts'
import { listRecent } from '#db/messages.ts'
import type { CommentItem } from '#src/domain/inbox.ts'
import type { Desk } from './receive-item.ts'
import { storeMessage } from './receive-message.ts'
import type { Thread } from './receive-thread.ts'
import { headOf, laterOf } from './receive-window.ts'

/** Comments are stored and shown; nobody is asked to answer them yet. */
export async function applyComment(desk: Desk, thread: Thread, item: CommentItem): Promise<void> {
  const { tx, now } = desk
  const { id, lastInboundAt } = thread.conversation
  await storeMessage(desk, thread, {
    messageRef: item.commentRef,
    direction: item.own ? 'outbound' : 'inbound',
    origin: item.own ? 'elsewhere' : 'contact',
    form: 'comment',
    text: item.text,
    attachments: [],
    replyToRef: item.parentRef ?? null,
    sentAt: item.at,
  })
  const inbound = item.own ? {} : { lastInboundAt: laterOf(lastInboundAt, item.at) }
  await moveConversation(tx, id, { ...headOf(await listRecent(tx, id)), ...inbound }, now())
}
