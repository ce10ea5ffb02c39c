/*
 * Keeps every account subscribed. A platform may stop telling our app of an account without a word: Meta does so after an
 * hour of failed webhooks, and messages then simply never come. So each account is asked, on a schedule, what we are told,
 * and what was dropped is asked for again, also while its sending is stopped: what people write is kept all the same. A dead
 * token is not ours to tell of: the look at tokens does that.
 */
import { type Account, readAccount } from '#db/accounts.ts'
import type { Database } from '#db/client.ts'
import { findPause } from '#db/pauses.ts'
import { AppError } from '#src/domain/errors.ts'
import type { AccountId } from '#src/domain/ids.ts'
import type { Platform } from '#src/domain/platform.ts'
import { lackingFields } from '#src/domain/subscription.ts'
import type { Limiter } from '#src/limits/slots.ts'
import type { Listener, PlatformAdapter } from '#src/platforms/adapter.ts'
import type { Publish } from '#src/queues/live.ts'
import { textHash } from '#src/vault/hash.ts'
import type { Keyring } from '#src/vault/keyring.ts'
import { createListener } from './pause.ts'
import { isDead } from './renewed.ts'
import { createRound } from './rounds.ts'
import { recordSubscription, type Subscription } from './subscription-record.ts'

export interface KeepSubscribedDeps {
  db: Database
  keyring: Keyring
  adapters: Record<Platform, PlatformAdapter>
  limiter: Pick<Limiter, 'pause'>
  publish: Publish
  now: () => Date
}

const CALL_MS = 20_000
/** Meta drops an app after an hour of failures: four looks in that time. */
const LOOK_EVERY_MS = 900_000

export function createKeepSubscribed(deps: KeepSubscribedDeps) {
  /** When this process last tried, so that one that cannot be asked is not asked at every round. */
  const tried = new Map<AccountId, number>()
  const keep = (id: AccountId) => {
    tried.set(id, deps.now().getTime())
    return keepOne(deps, id)
  }
  const isDue = (account: Account) => {
    const last = Math.max(account.subscriptionsCheckedAt?.getTime() ?? 0, tried.get(account.id) ?? 0)
    return !isDead(account) && last + intervalOf(account.id) <= deps.now().getTime()
  }
  return { keep, keepAll: createRound({ ...deps, lease: 'subscriptions', isDue, look: keep }) }
}

/** A fifth earlier at most, each account by its own share, so that they do not line up. */
function intervalOf(id: AccountId): number {
  const share = Number.parseInt(textHash(id).slice(0, 8), 16) / 0xffff_ffff
  return LOOK_EVERY_MS * (0.8 + 0.2 * share)
}

async function keepOne(deps: KeepSubscribedDeps, id: AccountId): Promise<void> {
  const { db, publish, now } = deps
  const account = await readAccount(db, id)
  if (!account || isDead(account) || account.tokenExpiresAt <= now()) return
  const { platform } = account
  if (await findPause(db, { platform, accountId: id, endpointClass: 'refresh' }, now())) return
  const listener = createListener(deps, account)
  try {
    const found = await look(deps, account, listener)
    if (found && (await recordSubscription(db, account, found, now()))) publish({ topic: 'accounts', id })
  } finally {
    await listener.heeded()
  }
}

/** What we are told, after asking again for what was dropped; undefined where nobody said. */
async function look(deps: KeepSubscribedDeps, account: Account, listener: Listener): Promise<Subscription | undefined> {
  const { subscriptions } = deps.adapters[account.platform]
  if (!subscriptions) return undefined
  let fields: string[] | undefined
  try {
    const token = deps.keyring.open(account.sealedToken, { owner: account.id, field: 'token' })
    const read = () => subscriptions.read(account.accountRef, token, AbortSignal.timeout(CALL_MS), listener)
    fields = await read()
    const lost = lackingFields(account.platform, fields)
    if (lost.length === 0) return { kind: 'kept', fields }
    await subscriptions.subscribe(account.accountRef, token, AbortSignal.timeout(CALL_MS), listener)
    fields = await read()
    const left = lackingFields(account.platform, fields)
    if (left.length === 0) return { kind: 'renewed', fields, lost }
    return { kind: 'refused', fields, code: 'incomplete', note: `What is still not told: ${left.join(', ')}` }
  } catch (error) {
    return refusalOf(error, fields)
  }
}

/** What only a person can put right; whatever else went wrong, the next look tries again. */
function refusalOf(error: unknown, fields: string[] | undefined): Subscription | undefined {
  const { code, field = code, message: note } = AppError.from(error)
  const isForPeople = code === 'credential_rejected' ? !/^(190|102)(\/|$)/.test(field) : field === 'app_unknown'
  return isForPeople ? { kind: 'refused', fields, code: field, note } : undefined
}
