import { randomUUID } from 'node:crypto'
import { type Account, listAccounts } from '#db/accounts.ts'
import type { Database } from '#db/client.ts'
import { endLease, type Lease, takeLease } from '#db/leases.ts'
import type { AccountId } from '#src/domain/ids.ts'

interface RoundDeps {
  db: Database
  lease: Lease['name']
  /** Those of which there is nothing to see now cost no lease. */
  isDue: (account: Account) => boolean
  look: (id: AccountId) => Promise<void>
  now: () => Date
}

/** Held anew for every account, so it only has to outlast the calls for one. */
const LEASE_MS = 120_000
const PAGE = 100

/** Looks at every account; one that fails does not keep the others waiting. A second round meanwhile does nothing. */
export function createRound({ db, lease: name, isDue, look, now }: RoundDeps): () => Promise<void> {
  return async () => {
    // Of this round alone: two at a time in one process would be as bad as in two.
    const holder = randomUUID()
    const take = () => takeLease(db, { name, holder, at: now(), until: new Date(now().getTime() + LEASE_MS) })
    const failures: unknown[] = []
    let lease: Lease | undefined
    for await (const id of accountsDue(db, isDue)) {
      lease = await take()
      if (!lease) return
      await look(id).catch((error: unknown) => failures.push(error))
    }
    if (lease) await endLease(db, lease, now())
    if (failures.length > 0) throw failures[0]
  }
}

async function* accountsDue(db: Database, isDue: RoundDeps['isDue']): AsyncGenerator<AccountId> {
  for (let after: AccountId | undefined; ; ) {
    const page = await listAccounts(db, { after, limit: PAGE })
    for (const account of page) if (isDue(account)) yield account.id
    after = page.at(-1)?.id
    if (page.length < PAGE) return
  }
}
