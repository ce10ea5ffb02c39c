import type { Account } from '#db/accounts.ts'
import {
  type Conversation,
  findContact,
  findOrAddContact,
  isForeignPost,
  lockConversation,
  lockConversationById,
  lockOrAddConversation,
} from '#db/conversations.ts'
import { findReplyThread } from '#db/echoes.ts'
import { findEndingThread } from '#db/erasure.ts'
import { findCommentThread } from '#db/inbox.ts'
import { findMessage } from '#db/messages.ts'
import type { CommentItem, EchoItem, InboundItem, MentionItem } from '#src/domain/inbox.ts'
import { mentionRefOf } from '#src/domain/mention.ts'
import { cleanReply } from '#src/domain/review.ts'
import type { ThreadKind } from '#src/domain/thread.ts'
import { textHash } from '#src/vault/hash.ts'
import type { Desk } from './receive-item.ts'

/** A locked conversation and whose it is. */
export interface Thread {
  account: Account
  conversation: Conversation
}

/** Locks the conversation an item belongs to. What is said makes one; what only tells about one does not. */
export async function openThread(desk: Desk, account: Account, item: InboundItem): Promise<Thread | undefined> {
  const conversation = await lockFor(desk, account, item)
  return conversation && { account, conversation }
}

/** A comment that came while its removal was being written down. */
export async function openLate(desk: Desk, account: Account, item: InboundItem): Promise<Thread | undefined> {
  if (item.kind !== 'unsend' || !item.onComment) return undefined
  const about = { accountRef: account.accountRef, messageRef: item.messageRef }
  const id = await findCommentThread(desk.tx, about)
  const conversation = id && (await lockConversationById(desk.tx, id))
  return conversation && { account, conversation }
}

function lockFor(desk: Desk, account: Account, item: InboundItem): Promise<Conversation | undefined> {
  switch (item.kind) {
    case 'echo':
      return item.self ? nothing() : lockForEcho(desk, account, item)
    case 'unsend':
    case 'edit':
      if (item.onComment) return lockByMessage(desk, account, item.messageRef)
      return lockOrAdd(desk, account, { contactRef: item.contactRef })
    case 'visibility':
      return lockByMessage(desk, account, item.commentRef)
    case 'message':
    case 'reaction':
      return lockOrAdd(desk, account, { contactRef: item.contactRef })
    case 'comment':
      return item.own ? lockForReply(desk, account, item) : lockForComment(desk, account, item)
    case 'mention':
      return lockForMention(desk, account, item)
    case 'seen':
    case 'delivered':
    case 'referral':
      return lockKnown(desk, account, item.contactRef)
    case 'mention_notice':
    case 'enforcement':
    case 'unrecognised':
      return nothing()
  }
}

/** Our last words to somebody who was erased meanwhile belong where they were approved. */
async function lockForEcho(desk: Desk, account: Account, { contactRef }: EchoItem): Promise<Conversation | undefined> {
  const ending = await findEndingThread(desk.tx, { accountId: account.id, recipientRef: contactRef })
  return ending ? lockConversationById(desk.tx, ending) : lockOrAdd(desk, account, { contactRef })
}

/** Our public reply coming back belongs to whom it was meant for, else to whoever wrote what it stands below. */
async function lockForReply(desk: Desk, account: Account, { text, parentRef }: CommentItem) {
  if (parentRef === undefined) return undefined
  const words = { recipientRef: parentRef, textHash: textHash(cleanReply(text)) }
  const id = await findReplyThread(desk.tx, { accountId: account.id, ...words })
  return id ? lockConversationById(desk.tx, id) : lockByMessage(desk, account, parentRef)
}

/** Instagram tells of comments that mention us elsewhere as it tells of those under our posts. */
async function lockForComment(desk: Desk, account: Account, item: CommentItem): Promise<Conversation | undefined> {
  const { mediaRef } = item
  const isForeign =
    account.platform === 'instagram' && (await isForeignPost(desk.tx, { accountId: account.id, mediaRef }))
  if (!isForeign) return lockOrAdd(desk, account, { ...item, kind: 'comment' })
  const known = await lockByMessage(desk, account, item.commentRef)
  return known ?? lockOrAdd(desk, account, { ...item, kind: 'mention' })
}

/** A mention that is told twice stays where it is. Of its author no platform tells more than came with it. */
async function lockForMention(desk: Desk, account: Account, item: MentionItem): Promise<Conversation | undefined> {
  const known = await lockByMessage(desk, account, mentionRefOf(item))
  return known ?? lockOrAdd(desk, account, item)
}

type Party = Pick<CommentItem, 'contactRef' | 'username' | 'name'> & { mediaRef?: string; kind?: ThreadKind }

async function lockOrAdd(
  { tx, now, aftermath }: Desk,
  { id: accountId }: Account,
  { contactRef, username, name, mediaRef = '', kind = 'direct' }: Party,
): Promise<Conversation | undefined> {
  const named = { ...(username !== undefined && { username }), ...(name !== undefined && { name }) }
  const contact = { accountId, contactRef, ...named }
  const { contactId, isNew } = await findOrAddContact(tx, contact, now())
  if (isNew && kind !== 'mention') aftermath.contacts.add(contactId)
  return lockOrAddConversation(tx, { accountId, contactId, kind, threadRef: mediaRef }, now())
}

async function lockKnown(
  { tx }: Desk,
  { id: accountId }: Account,
  contactRef: string,
): Promise<Conversation | undefined> {
  const contactId = await findContact(tx, { accountId, contactRef })
  return contactId && lockConversation(tx, { accountId, contactId, kind: 'direct', threadRef: '' })
}

/** The thread that this message stands in. */
async function lockByMessage(
  { tx }: Desk,
  { id: accountId }: Account,
  messageRef: string | undefined,
): Promise<Conversation | undefined> {
  const known = messageRef && (await findMessage(tx, { accountId, messageRef }))
  return known ? lockConversationById(tx, known.conversationId) : undefined
}

async function nothing(): Promise<undefined> {
  return undefined
}
