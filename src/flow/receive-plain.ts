/*
 * Plain messages are most of what comes, and all of a rush. Those of many deliveries are received in one transaction of about
 * a dozen statements, however many they are. It comes to the same as receiving each alone. Whatever is not plain, has been
 * heard of before, or fails is left for that way.
 */
import { insertArrivals, listMentioned, saveConversations } from '#db/arrivals.ts'
import { inTransaction } from '#db/client.ts'
import { markReceived } from '#db/deliveries.ts'
import { supersedeDrafts } from '#db/drafts.ts'
import { addMedia } from '#db/media.ts'
import { isOptOut } from '#src/domain/opt-out.ts'
import { type Platform, platforms } from '#src/domain/platform.ts'
import { announce, noAftermath } from './aftermath.ts'
import { noteFirstWord } from './first-word.ts'
import type { ReceiveDeps } from './receive.ts'
import { type Delivery, findAccounts, lockKey } from './receive-arrivals.ts'
import type { Accounts, Desk } from './receive-item.ts'
import { openThreads, readNewer } from './receive-threads.ts'
import { type MessageArrival, rowsOf, takeTurns, turnsOf } from './receive-turns.ts'

/** What one transaction may hold, so that its statements stay small and its locks short. */
const ITEMS_MAX = 1000

/** Answers what is left to be received one by one. Never throws: what fails here is tried there, which knows whose fault it is. */
export async function receivePlain(
  deps: ReceiveDeps,
  deliveries: readonly Delivery[],
): Promise<{ received: number; left: Delivery[] }> {
  const total = { received: 0, left: [] as Delivery[] }
  for (const group of platforms.flatMap((platform) => groupsOf(deliveries, platform))) {
    const { received, left } = await receiveGroup(deps, group).catch(() => ({ received: 0, left: group }))
    total.received += received
    total.left.push(...left)
  }
  return total
}

/** Each of one platform: another's ids mean something else. */
function groupsOf(deliveries: readonly Delivery[], platform: Platform): Delivery[][] {
  const groups: Delivery[][] = []
  let items = ITEMS_MAX
  for (const delivery of deliveries.filter(({ source }) => source === platform)) {
    if (items >= ITEMS_MAX) {
      groups.push([])
      items = 0
    }
    groups.at(-1)?.push(delivery)
    items += delivery.arrivals.length
  }
  return groups
}

async function receiveGroup(deps: ReceiveDeps, group: Delivery[]): Promise<{ received: number; left: Delivery[] }> {
  const accounts = await findAccounts(
    deps.db,
    group.flatMap(({ arrivals }) => arrivals),
  )
  const plain = without(group, keysNotPlain(group, accounts))
  if (plain.length === 0) return { received: 0, left: group }
  const { aftermath, stored } = await inTransaction(deps.db, async (tx) => {
    const desk = { tx, accounts, aftermath: noAftermath(), now: deps.now }
    return { aftermath: desk.aftermath, stored: await storePlain(desk, plain) }
  })
  await announce(aftermath, deps)
  await noteFirstWord(deps, accounts.values())
  return { received: aftermath.received, left: group.filter((delivery) => !stored.has(delivery)) }
}

/** A conversation is plain when nothing but messages happens in it, each once, and none of them asks for silence; all others are received in their order. */
function keysNotPlain(group: readonly Delivery[], accounts: Accounts): Set<string> {
  const odd = new Set<string>()
  const keyOf = new Map<string, string>()
  for (const { item } of group.flatMap(({ arrivals }) => arrivals)) {
    const key = lockKey(item)
    if (item.kind !== 'message' || !accounts.has(item.accountRef) || isOptOut(item.text)) {
      odd.add(key)
      continue
    }
    const other = keyOf.get(nameOf(item))
    if (other !== undefined) odd.add(other).add(key)
    keyOf.set(nameOf(item), key)
  }
  return odd
}

function nameOf({ accountRef, messageRef }: { accountRef: string; messageRef: string }): string {
  return `${accountRef} ${messageRef}`
}

function without(deliveries: readonly Delivery[], keys: ReadonlySet<string>): Delivery[] {
  return deliveries.filter(({ arrivals }) => !arrivals.some(({ item }) => keys.has(lockKey(item))))
}

/** Stores what nobody has told us about yet, and answers the deliveries that are done with that. */
async function storePlain(desk: Desk, deliveries: readonly Delivery[]): Promise<Set<Delivery>> {
  const { tx, aftermath, now } = desk
  const items = messagesOf(deliveries).map(({ item }) => item)
  const threads = await openThreads(desk, items)
  const mentioned = new Set((await listMentioned(tx, items)).map(nameOf))
  const heardOf = new Set(items.filter((item) => mentioned.has(nameOf(item))).map(lockKey))
  const fresh = without(deliveries, heardOf)
  const arrivals = messagesOf(fresh)
  const turns = turnsOf(arrivals, threads)
  const newer = await readNewer(desk, turns)
  // Read only now: whoever held a conversation before us stands before this instant.
  const at = now()
  const taken = turns.map((turn) => takeTurns(turn, newer.get(turn.thread.conversation.id) ?? [], at))
  const rows = rowsOf(taken, at)
  await insertArrivals(tx, rows)
  for (const id of await addMedia(tx, rows.messages, at)) aftermath.media.add(id)
  await saveConversations(
    tx,
    taken.map(({ conversation }) => conversation),
    at,
  )
  const asked = taken.filter(({ isAsked }) => isAsked)
  await supersedeDrafts(
    tx,
    asked.map(({ conversation }) => conversation.id),
    at,
  )
  await markReceived(
    tx,
    fresh.map(({ id }) => id),
    { at, erase: false },
  )
  for (const { conversation } of taken) aftermath.conversations.add(conversation.id)
  for (const { account, conversation } of asked) {
    aftermath.queue.add(conversation.id)
    if (conversation.attention === 'waiting') aftermath.drafts.set(conversation.id, account.quietMs)
  }
  aftermath.received = arrivals.length
  return new Set(fresh)
}

function messagesOf(deliveries: readonly Delivery[]): MessageArrival[] {
  const arrivals = deliveries.flatMap((delivery) => delivery.arrivals)
  return arrivals.filter((arrival): arrival is MessageArrival => arrival.item.kind === 'message')
}
