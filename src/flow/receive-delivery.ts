import { raiseAlert, resolveAlert } from '#db/alerts.ts'
import { appendAudits } from '#db/audit.ts'
import { errnoOf, inTransaction, type Transaction } from '#db/client.ts'
import { markReceived } from '#db/deliveries.ts'
import { isAnyErased } from '#db/messages.ts'
import { type Platform, platformRules } from '#src/domain/platform.ts'
import { type Aftermath, announce, noAftermath } from './aftermath.ts'
import { noteFirstWord } from './first-word.ts'
import type { ReceiveDeps, Received } from './receive.ts'
import { type Delivery, findAccounts } from './receive-arrivals.ts'
import { type Accounts, type Arrival, receiveItem } from './receive-item.ts'
import { lockAhead } from './receive-threads.ts'

/** Errors that an item's own content causes; any other is the store's, and passes. https://mariadb.com/kb/en/mariadb-error-code-reference/ */
const CONTENT_ERRNOS = [1048, 1264, 1265, 1292, 1366, 1406]

interface Known extends Delivery {
  accounts: Accounts
}

/** One delivery, whole. */
export async function receiveDelivery(deps: ReceiveDeps, delivery: Delivery): Promise<Received> {
  const known = { ...delivery, accounts: await findAccounts(deps.db, delivery.arrivals) }
  const received = await receiveTogether(deps, known).catch((error: unknown) => {
    if (!isOfContent(error)) throw error
    return receiveSingly(deps, known)
  })
  await noteFirstWord(deps, known.accounts.values())
  return received
}

async function receiveTogether(deps: ReceiveDeps, { id, source, accounts, arrivals }: Known): Promise<Received> {
  const aftermath = await inTransaction(deps.db, async (tx) => {
    const aftermath = noAftermath()
    const desk = { tx, accounts, aftermath, now: deps.now }
    await lockAhead(desk, arrivals)
    for (const arrival of arrivals) await receiveItem(desk, arrival)
    await markReceived(tx, [id], { at: deps.now(), erase: aftermath.erase })
    await writeRest(tx, source, aftermath, deps.now())
    return aftermath
  })
  await announce(aftermath, deps)
  return aftermath
}

async function receiveSingly(deps: ReceiveDeps, { id, accounts, arrivals }: Known): Promise<Received> {
  const total = { received: 0, unrecognised: 0 }
  for (const arrival of arrivals) {
    const { received, unrecognised } = await receiveAlone(deps, accounts, arrival)
    total.received += received
    total.unrecognised += unrecognised
  }
  await markReceived(deps.db, [id], { at: deps.now(), erase: await isErased(deps, accounts, arrivals) })
  return total
}

async function receiveAlone(deps: ReceiveDeps, accounts: Accounts, arrival: Arrival): Promise<Aftermath> {
  const receive = (one: Arrival) =>
    inTransaction(deps.db, async (tx) => {
      const aftermath = noAftermath()
      await receiveItem({ tx, accounts, aftermath, now: deps.now }, one)
      await writeRest(tx, one.source, aftermath, deps.now())
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
async function writeRest(tx: Transaction, source: Platform, rest: Aftermath, at: Date): Promise<void> {
  const { unknownAccounts, enforcements, audits } = rest
  for (const subject of [...unknownAccounts].sort()) {
    const text = `Messages arrive for ${platformRules[source].name} account ${subject}, which is not connected here`
    await raiseAlert(tx, { kind: 'unknown_account', subject, severity: 'warning', text, at })
  }
  for (const enforcement of enforcements) await tellEnforcement(tx, enforcement, at)
  await appendAudits(tx, audits)
}

/** Nothing is stopped by it: what the platform then refuses stops by itself. */
async function tellEnforcement(
  tx: Transaction,
  { account: { id, name }, item: { action, reason } }: Aftermath['enforcements'][number],
  at: Date,
): Promise<void> {
  if (action === 'unblock') return resolveAlert(tx, 'policy_enforcement', id, at)
  const deed = action === 'block' ? 'has blocked it from sending' : 'warns of its policies'
  const severity = action === 'block' ? 'critical' : 'warning'
  const text = `${name}: Meta ${deed}${reason ? `: ${reason}` : ''}`
  await raiseAlert(tx, { kind: 'policy_enforcement', subject: id, severity, accountId: id, text, at })
}

async function isErased({ db }: ReceiveDeps, accounts: Accounts, arrivals: Arrival[]): Promise<boolean> {
  const checks = [...accounts.values()].map(({ id, accountRef }) => {
    const refs = arrivals.flatMap(({ item }) =>
      'messageRef' in item && item.messageRef && item.accountRef === accountRef ? [item.messageRef] : [],
    )
    return isAnyErased(db, id, refs)
  })
  return (await Promise.all(checks)).includes(true)
}

function isOfContent(error: unknown): boolean {
  return CONTENT_ERRNOS.includes(errnoOf(error) ?? 0) || error instanceof TypeError || error instanceof RangeError
}
