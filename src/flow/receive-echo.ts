import { moveConversation } from '#db/conversations.ts'
import { supersedeDrafts } from '#db/drafts.ts'
import { type EchoedPost, findNamedPost, findPostOf, listUnnamedPosts, namePost, settleUncertain } from '#db/echoes.ts'
import { findMessage, listRecent, type Recent } from '#db/messages.ts'
import { setAttention } from '#db/reviews.ts'
import { isId } from '#src/domain/ids.ts'
import type { EchoItem } from '#src/domain/inbox.ts'
import type { PostKind, PostStatus } from '#src/domain/outbox.ts'
import { cleanReply } from '#src/domain/review.ts'
import { isAfter } from '#src/domain/thread.ts'
import { textHash } from '#src/vault/hash.ts'
import { askForReply } from './attention.ts'
import type { Desk } from './receive-item.ts'
import { storeMessage, type Words } from './receive-message.ts'
import type { Thread } from './receive-thread.ts'
import { headOf } from './receive-window.ts'

/** Our account said something: through us, which settles a post, or elsewhere, which answers the contact. */
export function applyEcho(desk: Desk, thread: Thread, item: EchoItem): Promise<void> {
  const { messageRef, text, attachments, at: sentAt, correlation, appRef } = item
  const form = text === '' && attachments.length > 0 ? 'media' : 'text'
  const words = { messageRef, form, text, attachments, sentAt } as const
  return applyOwn(desk, thread, { words, kind: 'message', correlation, appRef })
}

/** Words of ours, and as what kind of post they would have left us. */
interface Own {
  words: Omit<Words, 'direction' | 'origin' | 'postId'>
  kind: PostKind
  /** What we gave the platform to hand back, and who sent it, where an echo says so. */
  correlation?: string | undefined
  appRef?: string | undefined
}

export async function applyOwn(desk: Desk, thread: Thread, own: Own): Promise<void> {
  const { tx, now } = desk
  const { words } = own
  const { messageRef } = words
  const { post, isOurs, byName } = await matchPost(desk, thread, own)
  if (post) await settleEchoed(desk, { post, byName, account: thread.account }, words)
  await storeMessage(desk, thread, {
    ...words,
    direction: 'outbound',
    origin: isOurs ? 'countersign' : 'elsewhere',
    postId: post?.id ?? null,
  })
  const recent = await listRecent(tx, thread.conversation.id)
  await moveConversation(tx, thread.conversation.id, headOf(recent), now())
  const stored = await findMessage(tx, { accountId: thread.account.id, messageRef })
  if (stored?.origin === 'elsewhere') await yieldTo(desk, thread, { echo: stored, recent })
}

/**
 * By the platform's id, else by what went along with it, else by its very words. An echo that names its sender is judged
 * by that alone: equal words from elsewhere are not ours. Of two equal posts we cannot tell which it is, only that it is ours.
 */
async function matchPost(
  { tx }: Desk,
  { account, conversation }: Thread,
  { words: { messageRef, text }, kind, correlation, appRef }: Own,
): Promise<{ post?: EchoedPost; isOurs: boolean; byName?: true }> {
  const place = { accountId: account.id, conversationId: conversation.id }
  const named = isId('post', correlation) ? await findNamedPost(tx, { id: correlation, ...place }) : undefined
  if (named) return { post: named, isOurs: true, byName: true }
  const known = await findPostOf(tx, account.id, messageRef)
  if (known) return { post: known, isOurs: true }
  if (correlation !== undefined || appRef !== undefined) return { isOurs: false }
  const said = { kind, textHash: textHash(cleanReply(text)) }
  const [post, second] = await listUnnamedPosts(tx, conversation.id, said)
  return post && !second ? { post, isOurs: true } : { isOurs: second !== undefined }
}

/** A post that is being sent is settled by its sender, who finds the id here when no answer reaches it. */
async function settleEchoed(
  { tx, aftermath, now }: Desk,
  { post, byName, account }: { post: EchoedPost; byName: true | undefined; account: Thread['account'] },
  { messageRef, sentAt }: Pick<Words, 'messageRef' | 'sentAt'>,
): Promise<void> {
  const at = now()
  if (post.status === 'sending' && post.messageRef === null) await namePost(tx, post, messageRef, at)
  // A queued one that is heard of was given up for lost too early; it must not go out once more. Only its own name tells: a
  // row that somebody set back holds the message's id too.
  const open: PostStatus[] = byName ? ['uncertain', 'queued'] : ['uncertain']
  if (!(await settleUncertain(tx, post, { ref: messageRef, sentAt, at }, open))) return
  aftermath.posts.add(post.id)
  aftermath.audits.push({
    action: 'post.settled',
    actor: { kind: 'platform', id: account.platform },
    subject: { kind: 'post', id: post.id },
    accountId: account.id,
    detail: { status: 'sent', evidence: 'echo', messageRef, textHash: post.textHash },
    at,
  })
}

/** Somebody answered elsewhere: what we had proposed is void. What the contact said after that still wants an answer. */
async function yieldTo(
  desk: Desk,
  thread: Thread,
  { echo, recent }: { echo: Pick<Recent, 'id' | 'sentAt'>; recent: Recent[] },
): Promise<void> {
  const { tx, aftermath, now } = desk
  const { id, attention } = thread.conversation
  const later = recent.filter(
    ({ direction, deletedAt, ...message }) => direction === 'inbound' && !deletedAt && isAfter(message, echo),
  )
  if (attention === 'none') return
  if (later.length > 0) return attention === 'review' ? askForReply(desk, thread, recent) : undefined
  await supersedeDrafts(tx, [id], now())
  await setAttention(tx, id, { attention: 'none' }, now())
  aftermath.queue.add(id)
}
