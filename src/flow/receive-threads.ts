import {
  addContacts,
  addConversations,
  findKnown,
  type Known,
  listNewer,
  lockConversations,
  type Place,
} from '#db/arrivals.ts'
import { listErasedRefs } from '#db/erasure.ts'
import { groupsOf } from '#db/many.ts'
import type { Recent } from '#db/messages.ts'
import type { ConversationId } from '#src/domain/ids.ts'
import type { MessageItem } from '#src/domain/inbox.ts'
import { lockKey } from './receive-arrivals.ts'
import type { Arrival, Desk } from './receive-item.ts'
import type { Thread } from './receive-thread.ts'

/** The locked conversations of these messages by `lockKey`, made where there are none: first all that are there, then the new ones. */
export async function openThreads(desk: Desk, items: readonly MessageItem[]): Promise<Map<string, Thread>> {
  const { tx } = desk
  const wanted = new Map(items.map((item) => [lockKey(item), placeOf(desk, item)]))
  const known = await findKnown(tx, [...wanted.values()])
  const threads = await lockKnown(desk, known)
  const missing = [...wanted].filter(([key]) => !threads.has(key)).sort(([a], [b]) => (a < b ? -1 : 1))
  await refuseErased(
    desk,
    items.filter((item) => !threads.has(lockKey(item))),
  )
  if (missing.length > 0)
    await addMissing(
      desk,
      missing.map(([, place]) => place),
      known,
    )
  const added = await lockKnown(
    desk,
    await findKnown(
      tx,
      missing.map(([, place]) => place),
    ),
  )
  return new Map([...threads, ...added])
}

/** What somebody who was erased had said comes once more: the way for single items knows what to do with it. */
async function refuseErased({ tx, accounts }: Desk, items: readonly MessageItem[]): Promise<void> {
  for (const [ref, said] of groupsOf(items, ({ accountRef }) => accountRef)) {
    const account = accounts.get(ref)
    const refs = said.map(({ messageRef }) => messageRef)
    if (account && (await listErasedRefs(tx, account.id, refs)).length > 0)
      throw new RangeError('A message of somebody who was erased')
  }
}

/** Where one delivery writes to several people, their conversations are locked beforehand, in everybody's order. */
export async function lockAhead({ tx, accounts }: Desk, arrivals: readonly Arrival[]): Promise<void> {
  const places = new Map<string, Place>()
  for (const { item } of arrivals) {
    const account = accounts.get(item.accountRef)
    if (account && 'contactRef' in item)
      places.set(lockKey(item), { accountId: account.id, contactRef: item.contactRef })
  }
  if (places.size < 2) return
  const known = await findKnown(tx, [...places.values()])
  await lockConversations(tx, idsOf(known))
}

function placeOf({ accounts }: Desk, { accountRef, contactRef }: MessageItem): Place {
  const account = accounts.get(accountRef)
  if (!account) throw new TypeError('A plain message belongs to an account')
  return { accountId: account.id, contactRef }
}

async function addMissing({ tx, aftermath, now }: Desk, missing: Place[], known: Known[]): Promise<void> {
  const at = now()
  const met = new Set(known.map(({ accountId, contactRef }) => `${accountId} ${contactRef}`))
  const strangers = missing.filter(({ accountId, contactRef }) => !met.has(`${accountId} ${contactRef}`))
  const added = new Set(await addContacts(tx, strangers, at))
  const found = await findKnown(tx, missing)
  for (const { contactId } of found) if (added.has(contactId)) aftermath.contacts.add(contactId)
  await addConversations(
    tx,
    found.filter(({ conversationId }) => conversationId === null),
    at,
  )
}

async function lockKnown({ tx, accounts }: Desk, known: Known[]): Promise<Map<string, Thread>> {
  const rows = new Map((await lockConversations(tx, idsOf(known))).map((row) => [row.id, row]))
  const byId = new Map([...accounts.values()].map((account) => [account.id, account]))
  const threads = known.flatMap(({ accountId, contactRef, conversationId }) => {
    const account = byId.get(accountId)
    const conversation = conversationId && rows.get(conversationId)
    return account && conversation ? [[`${account.accountRef} ${contactRef}`, { account, conversation }] as const] : []
  })
  return new Map(threads)
}

function idsOf(known: Known[]): ConversationId[] {
  return known.flatMap(({ conversationId }) => conversationId ?? [])
}

/** What stands behind the oldest of the messages in each conversation. Nothing does when all are newer than its head. */
export async function readNewer(
  { tx }: Desk,
  turns: readonly { thread: Thread; oldest: Date }[],
): Promise<Map<ConversationId, Recent[]>> {
  const late = turns.filter(
    ({ thread: { conversation }, oldest }) => conversation.headAt && conversation.headAt >= oldest,
  )
  const since = late.map(({ thread, oldest }) => ({ conversationId: thread.conversation.id, from: oldest }))
  const rows = await listNewer(tx, since)
  if (!rows) throw new RangeError('Too much has been said since')
  const newer = new Map<ConversationId, Recent[]>()
  for (const { conversationId, ...row } of rows) newer.set(conversationId, [...(newer.get(conversationId) ?? []), row])
  return newer
}
