import { type Account, markHeard } from '#db/accounts.ts'
import type { Database } from '#db/client.ts'
import type { Publish } from '#src/queues/live.ts'

interface FirstWordDeps {
  db: Database
  publish: Publish
  now: () => Date
}

/** Notes of each account that its first webhook came, so that whoever connected it sees that it works. Fails silently: the next one is as good. */
export async function noteFirstWord(
  { db, publish, now }: FirstWordDeps,
  accounts: Iterable<Pick<Account, 'id' | 'heardAt'>>,
): Promise<void> {
  for (const { id, heardAt } of accounts) {
    if (heardAt) continue
    const isFirst = await markHeard(db, id, now()).catch(() => false)
    if (isFirst) publish({ topic: 'accounts', id })
  }
}
