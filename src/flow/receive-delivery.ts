import { findAccount } from '#db/accounts.ts'
import { raiseAlert } from '#db/alerts.ts'
import { appendAudit } from '#db/audit.ts'
import { errnoOf, inTransaction, type Transaction } from '#db/client.ts'
import { markReceived, type StoredDelivery } from '#db/deliveries.ts'
import { isAnyErased } from '#db/messages.ts'
import type { InboundItem, ParsedItem } from '#src/domain/inbox.ts'
import { parseInstagramDelivery } from '#src/platforms/instagram/webhook.ts'
import { type Aftermath, announce, noAftermath } from './aftermath.ts'
import type { ReceiveDeps, Received } from './receive.ts'
import { type Accounts, type Arrival, receiveItem } from './receive-item.ts'

/** Errors that an item's own content causes; any other is the store's, and passes. https://mariadb.com/kb/en/mariadb-error-code-reference/ */
const CONTENT_ERRNOS = [1048, 1264, 1265, 1292, 1366, 1406]

interface Delivery extends StoredDelivery {
  accounts: Accounts
  arrivals: Arrival[]
}

/** One delivery, whole. */
export async function receiveDelivery(deps: ReceiveDeps, stored: StoredDelivery): Promise<Received> {
  const arrivals = inLockOrder(itemsOf(stored).map((parsed, index) => arrivalOf(parsed, index, stored)))
  const delivery = { ...stored, arrivals, accounts: await findAccounts(deps, arrivals) }
  try {
    return await receiveTogether(deps, delivery)
  } catch (error) {
    if (!isOfContent(error)) throw error
    return await receiveSingly(deps, delivery)
  }
}

/** A body that was emptied because of an unsend has been received already. */
function itemsOf({ body, receivedAt }: StoredDelivery): ParsedItem[] {
  return body.length === 0 && receivedAt ? [] : parseInstagramDelivery(body)
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

function lockKey(item: InboundItem): string {
  return `${item.accountRef} ${'contactRef' in item ? item.contactRef : ''}`
}

async function findAccounts({ db }: ReceiveDeps, arrivals: Arrival[]): Promise<Accounts> {
  const refs = [...new Set(arrivals.map(({ item }) => item.accountRef))]
  const found = await Promise.all(refs.map((ref) => findAccount(db, 'instagram', ref)))
  return new Map(found.flatMap((account) => (account ? [[account.accountRef, account]] : [])))
}

async function receiveTogether(deps: ReceiveDeps, { id, accounts, arrivals }: Delivery): Promise<Received> {
  const aftermath = await inTransaction(deps.db, async (tx) => {
    const aftermath = noAftermath()
    for (const arrival of arrivals) await receiveItem({ tx, accounts, aftermath, now: deps.now }, arrival)
    await markReceived(tx, id, { at: deps.now(), erase: aftermath.erase })
    await writeRest(tx, aftermath, deps.now())
    return aftermath
  })
  await announce(aftermath, deps)
  return aftermath
}

async function receiveSingly(deps: ReceiveDeps, { id, accounts, arrivals }: Delivery): Promise<Received> {
  const total = { received: 0, unrecognised: 0 }
  for (const arrival of arrivals) {
    const { received, unrecognised } = await receiveAlone(deps, accounts, arrival)
    total.received += received
    total.unrecognised += unrecognised
  }
  await markReceived(deps.db, id, { at: deps.now(), erase: await isErased(deps, accounts, arrivals) })
  return total
}

async function receiveAlone(deps: ReceiveDeps, accounts: Accounts, arrival: Arrival): Promise<Aftermath> {
  const receive = (one: Arrival) =>
    inTransaction(deps.db, async (tx) => {
      const aftermath = noAftermath()
      await receiveItem({ tx, accounts, aftermath, now: deps.now }, one)
      await writeRest(tx, aftermath, deps.now())
      return aftermath
    })
  const aftermath = await receive(arrival).catch((error: unknown) => {
    if (!isOfContent(error)) throw error
    return receive(asUnrecognised(arrival))
  })
  await announce(aftermath, deps)
  return aftermath
}

/** A key of its own: once we can store such an item, it is not taken for one that we have. */
function asUnrecognised({ item, ...arrival }: Arrival): Arrival {
  const { accountRef, at, key, kind } = item
  const reason = `A ${kind} that could not be stored`
  return { ...arrival, item: { kind: 'unrecognised', accountRef, at, key: ['unstorable', ...key], reason } }
}

/** Alerts and audit entries come last: the audit's end is one row for everybody. */
async function writeRest(tx: Transaction, { unknownAccounts, audits }: Aftermath, at: Date): Promise<void> {
  for (const subject of [...unknownAccounts].sort()) {
    const text = `Messages arrive for Instagram account ${subject}, which is not connected here`
    await raiseAlert(tx, { kind: 'unknown_account', subject, severity: 'warning', text, at })
  }
  for (const audit of audits) await appendAudit(tx, audit)
}

async function isErased({ db }: ReceiveDeps, accounts: Accounts, arrivals: Arrival[]): Promise<boolean> {
  const checks = [...accounts.values()].map(({ id, accountRef }) => {
    const refs = arrivals.flatMap(({ item }) =>
      'messageRef' in item && item.accountRef === accountRef ? [item.messageRef] : [],
    )
    return isAnyErased(db, id, refs)
  })
  return (await Promise.all(checks)).includes(true)
}

function isOfContent(error: unknown): boolean {
  return CONTENT_ERRNOS.includes(errnoOf(error) ?? 0) || error instanceof TypeError || error instanceof RangeError
}
