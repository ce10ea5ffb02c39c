import type { Account } from '#db/accounts.ts'
import type { Transaction } from '#db/client.ts'
import { listErasedRefs } from '#db/erasure.ts'
import { adoptEvent, insertEvent } from '#db/inbox.ts'
import { isAnyErased } from '#db/messages.ts'
import { type EventId, newId } from '#src/domain/ids.ts'
import type { CommentItem, InboundItem } from '#src/domain/inbox.ts'
import { mentionRefOf, namesUser } from '#src/domain/mention.ts'
import type { Platform } from '#src/domain/platform.ts'
import type { MentionPlace } from '#src/platforms/adapter.ts'
import { noticeOf } from '#src/platforms/meta/mentions.ts'
import type { Aftermath } from './aftermath.ts'
import { applyEdit, applyReaction, applyReferral, applySeen, applyUnsend } from './receive-change.ts'
import { applyComment, applyMention, applyVisibility } from './receive-comment.ts'
import { applyEcho } from './receive-echo.ts'
import { applyMessage } from './receive-message.ts'
import { openLate, openThread, type Thread } from './receive-thread.ts'

const NAMES_SOMEBODY = /@[\p{L}\p{N}_.]/u

export type Accounts = ReadonlyMap<string, Account>

/** An item and where it came from. */
export interface Arrival {
  item: InboundItem
  raw: string
  index: number
  deliveryId: number
  source: Platform
}

/** What is at hand while a delivery is received. */
export interface Desk {
  tx: Transaction
  accounts: Accounts
  aftermath: Aftermath
  now: () => Date
}

/** Stores the event and lets it have its effect, once. The conversation is locked before anything else. */
export async function receiveItem(desk: Desk, arrival: Arrival): Promise<void> {
  const account = desk.accounts.get(arrival.item.accountRef)
  if (account && (await isOfErased(desk, account, arrival.item))) desk.aftermath.erase = true
  else await receiveFor(desk, account, arrival)
}

/** What the platform told when it was asked: its event is stored already. Undefined when it is of somebody who was erased. */
export async function receiveFetched(
  desk: Desk,
  account: Account,
  { item, ...arrival }: Pick<Arrival, 'item' | 'deliveryId'>,
): Promise<Thread | undefined> {
  if (await isOfErased(desk, account, item)) return undefined
  const thread = await openThread(desk, account, item)
  if (!thread) return undefined
  desk.aftermath.conversations.add(thread.conversation.id)
  await applyItem(desk, thread, { ...arrival, item, raw: '', index: 0, source: account.platform })
  return thread
}

async function receiveFor(desk: Desk, account: Account | undefined, arrival: Arrival): Promise<void> {
  const { item } = arrival
  const thread = account && (await openThread(desk, account, item))
  if (!(await storeEvent(desk, arrival, { account, thread }))) {
    if (account) await keepErased(desk, account, item)
    return
  }
  note(desk.aftermath, account, item)
  const about = thread ?? (account && (await openLate(desk, account, item)))
  if (!about) return
  desk.aftermath.conversations.add(about.conversation.id)
  await applyItem(desk, about, arrival)
}

function note(aftermath: Aftermath, account: Account | undefined, item: InboundItem): void {
  if (item.kind === 'unrecognised') {
    aftermath.unrecognised++
    return
  }
  aftermath.received++
  if (!account) aftermath.unknownAccounts.add(item.accountRef)
  else if (item.kind === 'enforcement') aftermath.enforcements.push({ account, item })
}

async function storeEvent(
  { tx, aftermath, now }: Desk,
  { item, raw, index, deliveryId, source }: Arrival,
  { account, thread }: { account: Account | undefined; thread: Thread | undefined },
): Promise<boolean> {
  const at = now()
  const id: EventId = newId('event', at)
  const conversationId = thread?.conversation.id ?? null
  const isNew = await insertEvent(tx, {
    id,
    source,
    key: item.key,
    deliveryId,
    itemIndex: index,
    kind: item.kind,
    accountRef: item.accountRef,
    accountId: account?.id ?? null,
    conversationId,
    messageRef: refOf(item),
    reason: item.kind === 'unrecognised' ? item.reason.slice(0, 255) : null,
    raw: keptOf(item, raw),
    occurredAt: item.at,
    createdAt: at,
  })
  if (isNew && account && item.kind === 'mention_notice') aftermath.mentions.add(id)
  if (isNew || !account) return isNew
  return await adoptEvent(tx, { source, key: item.key, accountId: account.id, conversationId })
}

/** What tells about a message of somebody who was erased leaves no trace, and makes nobody anew. */
async function isOfErased({ tx }: Desk, { id }: Account, item: InboundItem): Promise<boolean> {
  const refs = [refOf(item), 'parentRef' in item ? item.parentRef : null].filter((ref) => typeof ref === 'string')
  return (await listErasedRefs(tx, id, refs)).length > 0
}

function refOf(item: InboundItem): string | null {
  if ('messageRef' in item) return item.messageRef ?? null
  if ('mediaRef' in item && item.kind !== 'comment') return mentionRefOf(item)
  return 'commentRef' in item ? (item.commentRef ?? null) : null
}

/** Reactions may come before their message, and out of order, so each keeps its emoji. */
function keptOf(item: InboundItem, raw: string): string | MentionPlace | null {
  if (item.kind === 'unrecognised') return raw
  if (item.kind === 'mention_notice')
    return { mediaRef: item.mediaRef, ...(item.commentRef && { commentRef: item.commentRef }) }
  return item.kind === 'reaction' ? (item.emoji ?? null) : null
}

/** What was unsent may be delivered again; then this delivery holds the words too. */
async function keepErased({ tx, aftermath }: Desk, { id }: Account, item: InboundItem): Promise<void> {
  if (aftermath.erase || !('text' in item) || !('messageRef' in item)) return
  aftermath.erase = await isAnyErased(tx, id, [item.messageRef])
}

async function applyItem(desk: Desk, thread: Thread, arrival: Arrival): Promise<void> {
  const { item, deliveryId } = arrival
  switch (item.kind) {
    case 'message':
      return applyMessage(desk, thread, item)
    case 'echo':
      return applyEcho(desk, thread, item)
    case 'unsend':
      return applyUnsend(desk, thread, { item, deliveryId })
    case 'edit':
      return applyEdit(desk, thread, item)
    case 'reaction':
      return applyReaction(desk, thread, item)
    case 'seen':
      return applySeen(desk, thread, item)
    case 'comment':
      await applyComment(desk, thread, item)
      return fileNotice(desk, thread, { ...arrival, item })
    case 'mention':
      return applyMention(desk, thread, item)
    case 'visibility':
      return applyVisibility(desk, thread, item)
    case 'referral':
      return applyReferral(desk, thread, item)
    case 'delivered':
    case 'mention_notice':
    case 'enforcement':
    case 'unrecognised':
      return
  }
}

/** Instagram tells of a mention elsewhere as of a comment under one of our posts. One that names us may be either, so we ask. */
async function fileNotice(
  desk: Desk,
  { account, conversation }: Thread,
  { item, ...arrival }: Arrival & { item: CommentItem },
): Promise<void> {
  const isAtHome = account.platform !== 'instagram' || conversation.kind !== 'comment' || item.own || item.live
  // What an account is called need not be its user name, so anybody who is named with the sign may be us.
  if (isAtHome || !(NAMES_SOMEBODY.test(item.text) || namesUser(item.text, account.name))) return
  const { accountRef, at: sentAt } = item
  await storeEvent(
    desk,
    { ...arrival, item: noticeOf(item, { accountRef, sentAt, standby: false }) },
    { account, thread: undefined },
  )
}
