import { findAccount } from '#db/accounts.ts'
import type { Database } from '#db/client.ts'
import type { StoredDelivery } from '#db/deliveries.ts'
import type { InboundItem, ParsedItem } from '#src/domain/inbox.ts'
import type { Platform } from '#src/domain/platform.ts'
import { parseInstagramDelivery } from '#src/platforms/instagram/webhook.ts'
import { parseMessengerDelivery } from '#src/platforms/messenger/webhook.ts'
import type { Accounts, Arrival } from './receive-item.ts'

const parsers = {
  instagram: parseInstagramDelivery,
  messenger: parseMessengerDelivery,
} as const satisfies Record<Platform, (body: Uint8Array) => ParsedItem[]>

/** A delivery with what is in it, in lock order. */
export interface Delivery extends StoredDelivery {
  arrivals: Arrival[]
}

export function openDelivery(stored: StoredDelivery): Delivery {
  return { ...stored, arrivals: inLockOrder(itemsOf(stored).map((parsed, index) => arrivalOf(parsed, index, stored))) }
}

/** The contact of an account that an item is about; items of different keys never touch the same direct conversation. */
export function lockKey(item: InboundItem): string {
  return `${item.accountRef} ${'contactRef' in item ? item.contactRef : ''}`
}

/** By the platform's own ids, so all arrivals are of one platform. */
export async function findAccounts(db: Database, arrivals: readonly Arrival[]): Promise<Accounts> {
  const places = new Map(arrivals.map(({ item, source }) => [item.accountRef, source]))
  const found = await Promise.all([...places].map(([ref, source]) => findAccount(db, source, ref)))
  return new Map(found.flatMap((account) => (account ? [[account.accountRef, account]] : [])))
}

/** A body that was emptied because of an unsend has been received already. */
function itemsOf({ source, body, receivedAt }: StoredDelivery): ParsedItem[] {
  return body.length === 0 && receivedAt ? [] : parsers[source](body)
}

/** An item without a moment of its own happened when it came. */
function arrivalOf({ item, raw }: ParsedItem, index: number, { id, source, createdAt }: StoredDelivery): Arrival {
  return { item: item.at.getTime() > 0 ? item : { ...item, at: createdAt }, raw, index, deliveryId: id, source }
}

/** Everybody locks conversations in the same order, so that nobody waits in a circle; inside one, by the platform's time. */
function inLockOrder(arrivals: Arrival[]): Arrival[] {
  const keyed = arrivals.map((arrival) => ({ arrival, key: lockKey(arrival.item), at: arrival.item.at.getTime() }))
  keyed.sort((a, b) => (a.key === b.key ? a.at - b.at : a.key < b.key ? -1 : 1))
  return keyed.map(({ arrival }) => arrival)
}
