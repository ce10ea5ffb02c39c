import type { Account } from '#db/accounts.ts'
import {
  type Conversation,
  findContact,
  findOrAddContact,
  lockConversation,
  lockConversationById,
  lockOrAddConversation,
} from '#db/conversations.ts'
import { findEndingThread } from '#db/erasure.ts'
import { findCommentThread } from '#db/inbox.ts'
import { findMessage } from '#db/messages.ts'
import type { CommentItem, EchoItem, InboundItem } from '#src/domain/inbox.ts'
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
      return item.own ? lockByMessage(desk, account, item.parentRef) : lockOrAdd(desk, account, item)
    case 'seen':
    case 'delivered':
    case 'referral':
      return lockKnown(desk, account, item.contactRef)
    case 'mention':
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

async function lockOrAdd(
  { tx, now, aftermath }: Desk,
  { id: accountId }: Account,
  {
    contactRef,
    username,
    name,
    mediaRef,
  }: Pick<CommentItem, 'contactRef' | 'username' | 'name'> & { mediaRef?: string },
): Promise<Conversation | undefined> {
  const named = { ...(username !== undefined && { username }), ...(name !== undefined && { name }) }
  const contact = { accountId, contactRef, ...named }
  const { contactId, isNew } = await findOrAddContact(tx, contact, now())
  if (isNew) aftermath.contacts.add(contactId)
  const kind = mediaRef === undefined ? 'direct' : 'comment'
  return lockOrAddConversation(tx, { accountId, contactId, kind, threadRef: mediaRef ?? '' }, now())
}

async function lockKnown(
  { tx }: Desk,
  { id: accountId }: Account,
  contactRef: string,
): Promise<Conversation | undefined> {
  const contactId = await findContact(tx, { accountId, contactRef })
  return contactId && lockConversation(tx, { accountId, contactId, kind: 'direct', threadRef: '' })
}

/** The thread that this message stands in: our public reply belongs where the comment is that it answers. */
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
