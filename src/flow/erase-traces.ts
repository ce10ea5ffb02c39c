import { type Database, inTransaction } from '#db/client.ts'
import { addTraces, type DeletionRequest, saveProgress } from '#db/deletions.ts'
import { eraseAlertsNaming, eraseBodiesNaming, eraseUnrecognised, type Named } from '#db/erasure-traces.ts'

interface TraceDeps {
  db: Database
  now: () => Date
}

/** Ids of deliveries that one transaction looks through. */
const WINDOW = 200
const PAGE = 200

/** Answers how much named the person outside of any conversation. */
export async function sweepTraces(deps: TraceDeps, request: DeletionRequest, who: Named): Promise<number> {
  const bodies = await sweepBodies(deps, request, who)
  const unrecognised = await sweepUnrecognised(deps, request, who)
  const { db, now } = deps
  const alerts = await inTransaction(db, (tx) => eraseAlertsNaming(tx, who))
  await inTransaction(db, (tx) => addTraces(tx, request.id, alerts, now()))
  return bodies + unrecognised + alerts
}

/** Once through all that had been accepted when the erasing began; how far is kept with what was done. */
async function sweepBodies({ db, now }: TraceDeps, request: DeletionRequest, who: Named): Promise<number> {
  const { id, scanTo } = request
  let found = 0
  for (let after = request.scannedTo; after < scanTo; after += WINDOW) {
    const to = Math.min(after + WINDOW, scanTo)
    found += await inTransaction(db, async (tx) => {
      const emptied = await eraseBodiesNaming(tx, who, { after, to })
      await addTraces(tx, id, emptied, now())
      await saveProgress(tx, id, { scannedTo: to }, now())
      return emptied
    })
  }
  return found
}

async function sweepUnrecognised({ db, now }: TraceDeps, { id }: DeletionRequest, who: Named): Promise<number> {
  let total = 0
  for (let after: string | undefined = ''; after !== undefined; ) {
    const from: string = after
    const { found, next } = await inTransaction(db, async (tx) => {
      const page = await eraseUnrecognised(tx, who, { after: from, limit: PAGE })
      await addTraces(tx, id, page.found, now())
      return page
    })
    total += found
    after = next
  }
  return total
}
