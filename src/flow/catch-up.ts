/*
 * Looks for what no webhook told of. The platform's newest conversations and comments are compared with what is stored, and
 * what is missing is stored as the delivery that should have come. From there on it goes the way of every delivery: parsed by
 * the same parser, deduplicated by the platform's own ids, so that a webhook which arrives meanwhile or later changes nothing.
 */
import { randomUUID } from 'node:crypto'
import { type Account, listAccounts } from '#db/accounts.ts'
import { isInboxBehind } from '#db/catch-ups.ts'
import type { Database } from '#db/client.ts'
import { endLease, takeLease } from '#db/leases.ts'
import { catchUpRules } from '#src/domain/catch-up.ts'
import type { AccountId } from '#src/domain/ids.ts'
import type { Platform } from '#src/domain/platform.ts'
import type { Limiter } from '#src/limits/slots.ts'
import type { PlatformAdapter } from '#src/platforms/adapter.ts'
import type { Bell } from '#src/queues/bell.ts'
import type { Publish } from '#src/queues/live.ts'
import type { Keyring } from '#src/vault/keyring.ts'
import { lookAt } from './catch-up-account.ts'

export interface CatchUpDeps {
  db: Database
  keyring: Keyring
  adapters: Record<Platform, PlatformAdapter>
  limiter: Limiter
  bell: Pick<Bell, 'inbox'>
  publish: Publish
  now: () => Date
}

/** What a round came to. A `failed` account is looked at again by the next; of a `cut` one the older part was too much to read. */
export interface CaughtUp {
  found: number
  failed: number
  cut: number
}

/** Accounts have limits of their own, so some are looked at beside each other. */
const TOGETHER = 8
/** Held anew for every few accounts, so it has to outlast one look. */
const LEASE_MS = 180_000
/** A process whose turn comes a little earlier than another one's was does not pass the account over. */
const EARLY_MS = 30_000

/** Looks at every account that is due. A second process meanwhile does nothing. */
export function createCatchUp(deps: CatchUpDeps): () => Promise<CaughtUp> {
  const { db, now } = deps
  const holder = randomUUID()
  const take = () => takeLease(db, { name: 'catch_up', holder, at: now(), until: new Date(now().getTime() + LEASE_MS) })

  return async () => {
    const total = { found: 0, failed: 0, cut: 0 }
    // What has come and waits would only be found once more.
    if (await isInboxBehind(db, new Date(now().getTime() - catchUpRules.graceMs))) return total
    for await (const accounts of groups(db)) {
      if (!(await take())) return total
      await lookAtDue(deps, accounts, total)
    }
    const lease = await take()
    if (lease) await endLease(db, lease, now())
    return total
  }
}

async function lookAtDue(deps: CatchUpDeps, accounts: readonly Account[], total: CaughtUp): Promise<void> {
  const due = accounts.filter((account) => isDue(account, deps.now()))
  for (const look of await Promise.allSettled(due.map((account) => lookAt(deps, account)))) {
    if (look.status === 'rejected') total.failed++
    else {
      total.found += look.value.found
      total.cut += look.value.isCut ? 1 : 0
    }
  }
}

/** An account whose sending is stopped is looked at like any other: what people write to it is kept all the same. */
function isDue({ lookedAt }: Account, at: Date): boolean {
  return !lookedAt || at.getTime() - lookedAt.getTime() >= catchUpRules.everyMs - EARLY_MS
}

async function* groups(db: Database): AsyncGenerator<Account[]> {
  for (let after: AccountId | undefined; ; ) {
    const group = await listAccounts(db, { after, limit: TOGETHER })
    if (group.length > 0) yield group
    after = group.at(-1)?.id
    if (group.length < TOGETHER) return
  }
}
