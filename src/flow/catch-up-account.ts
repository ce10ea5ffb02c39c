/* One look at one account: what the platform shows, what of it is missing, and what is done about that. */
import { createHash, randomUUID } from 'node:crypto'
import type { Account } from '#db/accounts.ts'
import { raiseAlert, resolveAlert } from '#db/alerts.ts'
import { listKnownRefs, recordCatchUp } from '#db/catch-ups.ts'
import { type NewDelivery, storeDeliveries } from '#db/deliveries.ts'
import { groupsOf } from '#db/many.ts'
import { findPause } from '#db/pauses.ts'
import { catchUpRules, type Known, lookSince, missingIn, type Said, saidOf } from '#src/domain/catch-up.ts'
import { AppError } from '#src/domain/errors.ts'
import type { Platform } from '#src/domain/platform.ts'
import { slotRequest } from '#src/limits/scopes.ts'
import type { Recent, Shown } from '#src/platforms/adapter.ts'
import type { CatchUpDeps } from './catch-up.ts'
import { createPace } from './pace.ts'
import { createListener } from './pause.ts'
import { isDead } from './renewed.ts'

/** The bounded number of calls, each at its slot, with room to be slow. */
const LOOK_MS = 120_000
/** A slot further ahead means that the platform asks for quiet. */
const NEAR_SLOT_MS = 5000
/** Where the label of a webhook's secret stands: no secret vouches for it but our own connection. */
const LABEL = 'catch_up'

export interface Looked {
  found: number
  isCut: boolean
}

const nothing: Looked = { found: 0, isCut: false }

/** An account whose token is dead, or which the platform wants left alone, is. */
export async function lookAt(deps: CatchUpDeps, account: Account): Promise<Looked> {
  const { db, bell, publish, now } = deps
  const lookedAt = now()
  if (isDead(account) || (await mustWait(deps, account, lookedAt))) return nothing
  const recent = await read(deps, account, lookedAt)
  if (!recent) return nothing
  const { missing, freshKnown } = await compare(deps, account, { recent, at: lookedAt })
  const ids = await storeDeliveries(
    db,
    missing.map(({ it, at }) => toDelivery(account.platform, it.asDelivery(at), lookedAt)),
  )
  await recordCatchUp(db, account.id, { lookedAt, found: ids.length })
  await tell(deps, account, { found: ids.length, freshKnown })
  // The sweep rings again should this fail.
  if (ids.length > 0) await bell.inbox(ids).catch(() => undefined)
  publish({ topic: 'accounts', id: account.id })
  return { found: ids.length, isCut: !recent.complete }
}

async function mustWait({ db }: CatchUpDeps, { id, platform }: Account, at: Date): Promise<boolean> {
  return (await findPause(db, { platform, accountId: id, endpointClass: 'read' }, at)) !== undefined
}

/** The token is open inside this function and nowhere else. Undefined when there is nothing to ask, or no quiet moment for it. */
async function read(deps: CatchUpDeps, account: Account, at: Date): Promise<Recent | undefined> {
  const adapter = deps.adapters[account.platform]
  if (!adapter.recent) return undefined
  const token = deps.keyring.open(account.sealedToken, { owner: account.id, field: 'token' })
  const listener = createListener(deps, account)
  const [name, call] = [
    randomUUID(),
    { platform: account.platform, endpointClass: 'read', accountId: account.id } as const,
  ]
  const toSlot = createPace(deps, (serial) => slotRequest(`${name}:${serial}`, call), NEAR_SLOT_MS)
  const pace = () => listener.heeded().then(toSlot)
  const wanted = { accountRef: account.accountRef, since: lookSince(account, at) }
  try {
    return await adapter.recent(wanted, token, AbortSignal.timeout(LOOK_MS), { ...listener, pace })
  } catch (error) {
    if (AppError.from(error).code === 'rate_limited') return undefined
    throw error
  } finally {
    await listener.heeded()
  }
}

interface One {
  said: Said
  it: Shown
}

/** What is missing, and whether anything new came by itself. */
async function compare({ db }: CatchUpDeps, account: Account, { recent, at }: { recent: Recent; at: Date }) {
  const groups = [...recent.threads.map((thread) => thread.map(withSaid)), ...byAuthor(recent.comments.map(withSaid))]
  const all = groups.flat().map(({ said }) => said)
  const refs = [...new Set(all.flatMap(({ ref, under }) => (under ? [ref, under] : [ref])))]
  const known = new Map<string, Known>()
  for (const { ref, ...facts } of await listKnownRefs(db, account, refs))
    known.set(ref, { ...known.get(ref), ...facts })
  const span = { platform: account.platform, connectedAt: account.createdAt, at }
  const missing = groups.flatMap((group) => missingIn(group, known, span))
  const since = account.lookedAt ?? account.createdAt
  return { missing, freshKnown: all.some((said) => said.at > since && known.has(said.ref)) }
}

function withSaid(it: Shown): One {
  return { it, said: saidOf(it.item) }
}

/** Each person's comments, and what we answered under them, in their order: of the same second the comment stands first. */
function byAuthor(comments: readonly One[]): One[][] {
  const authors = new Map(comments.map(({ said }) => [said.ref, said.contactRef]))
  const groups = groupsOf(comments, ({ said }) => authors.get(said.under ?? said.ref) ?? said.contactRef)
  return [...groups.values()].map((group) =>
    group.sort(({ said: a }, { said: b }) => a.at.getTime() - b.at.getTime() || rank(a) - rank(b)),
  )
}

function rank({ under }: Said): number {
  return under === undefined ? 0 : 1
}

/** The digest names the bytes, so that what two looks find is stored once. */
function toDelivery(source: Platform, body: Uint8Array, acceptedAt: Date): NewDelivery {
  const digest = createHash('sha256').update(body).digest('hex')
  return { source, digest, secretLabel: LABEL, body, acceptedAt }
}

/** Several at once mean that webhooks do not arrive; that they arrive again is shown by new things we know already. */
async function tell(
  { db, publish, now }: CatchUpDeps,
  { id, name }: Account,
  { found, freshKnown }: { found: number; freshKnown: boolean },
): Promise<void> {
  if (found === 0 && freshKnown) return resolveAlert(db, 'webhooks_missing', id, now())
  if (found < catchUpRules.alertFrom) return
  const text = `${name}: ${found} messages or comments were found that no webhook told of. Check that webhooks arrive.`
  await raiseAlert(db, { kind: 'webhooks_missing', subject: id, severity: 'warning', accountId: id, text, at: now() })
  publish({ topic: 'alerts', id })
}
