/*
 * A person is erased: names, references, words, whatever quotes them, and the bodies that brought it. First everything that was
 * accepted before the request is received, so that nothing comes in behind the broom. Then the contacts lose their names at
 * once, and what they left goes in batches, each a transaction of its own: a kill between two loses nothing, the next look
 * goes on. A post of unknown fate keeps its words as the evidence until it has ended. `done` is said only after a look that
 * found nothing any more.
 */
import { readAccount } from '#db/accounts.ts'
import { findOpenAlerts, raiseAlert, resolveAlert } from '#db/alerts.ts'
import { appendAudit } from '#db/audit.ts'
import { type Database, inTransaction } from '#db/client.ts'
import { type DeletionRequest, listOpenDeletions, lockDeletion, saveProgress } from '#db/deletions.ts'
import { isHeldByFailure, isReceiving, type Named } from '#db/erasure-traces.ts'
import { endLease, takeLease } from '#db/leases.ts'
import type { Publish } from '#src/queues/live.ts'
import { beginErasing } from './erase-begin.ts'
import { sweepThreads } from './erase-threads.ts'
import { sweepTraces } from './erase-traces.ts'

export interface EraseDeps {
  db: Database
  /** Whether Redis still keeps bodies from when the database was away. */
  hasKeptBodies: () => Promise<boolean>
  publish: Publish
  now: () => Date
  /** This process, for the lease. */
  holder: string
}

const LEASE_MS = 60_000
const OPEN_MAX = 50
/** A delivery that was answered at the same moment is in the database by then. */
const SETTLE_MS = 2000
/** Files are removed within seconds, so after this long somebody should look why not. */
const FILES_MS = 60_000

/** One look at every open request. A second process meanwhile does nothing; were both to work, no harm would be done. */
export function createErase(deps: EraseDeps): () => Promise<{ erased: number }> {
  const { db, now, holder } = deps
  const inMs = (ms: number) => new Date(now().getTime() + ms)
  const take = () => takeLease(db, { name: 'erase', holder, at: now(), until: inMs(LEASE_MS) })

  return async () => {
    let erased = 0
    for (const request of await listOpenDeletions(db, inMs(-SETTLE_MS), OPEN_MAX)) {
      const lease = await take()
      if (!lease) break
      erased += Number(await look(deps, request))
      await endLease(db, lease, now())
    }
    return { erased }
  }
}

/** True when the request is done. */
async function look(deps: EraseDeps, filed: DeletionRequest): Promise<boolean> {
  if (filed.status === 'received' && (await isStillComing(deps, filed))) return false
  const request = filed.status === 'received' ? await beginErasing(deps, filed) : filed
  const { personRef } = request
  if (request.status !== 'erasing' || personRef === null) return false
  const { found, open, files } = await sweepThreads(deps, request)
  const who = await whoIs(deps, request, personRef)
  const traces = await sweepTraces(deps, request, who)
  if (found + traces > 0) return false
  const obstacle = await findObstacle(deps, who, { open, files })
  if (!obstacle) return finish(deps, request)
  const isSoonGone = obstacle === FILES && deps.now().getTime() - request.updatedAt.getTime() < FILES_MS
  if (!isSoonGone) await tellWaiting(deps, request, obstacle)
  return false
}

/** Meta's own number is one for all accounts; an operator means a contact of one. */
async function whoIs({ db }: EraseDeps, { accountId, alsoRefs }: DeletionRequest, ref: string): Promise<Named> {
  return {
    refs: [ref, ...(alsoRefs ?? [])],
    accountRef: accountId ? (await readAccount(db, accountId))?.accountRef : undefined,
  }
}

/** Something that was accepted before the request has not been received yet. */
async function isStillComing({ db, hasKeptBodies }: EraseDeps, { createdAt }: DeletionRequest): Promise<boolean> {
  return (await isReceiving(db, createdAt)) || hasKeptBodies()
}

const FILES = 'files that the media process has not removed'

/** What the erasure waits for, in words. */
async function findObstacle(
  { db }: EraseDeps,
  who: Named,
  { open, files }: { open: number; files: number },
): Promise<string | undefined> {
  if (open > 0) return 'replies whose fate is unknown: settle them in the outbox'
  if (await isHeldByFailure(db, who)) return 'a delivery that cannot be received'
  return files > 0 ? FILES : undefined
}

/** Once, however often it is looked at. */
async function tellWaiting({ db, publish, now }: EraseDeps, { id }: DeletionRequest, obstacle: string): Promise<void> {
  const alert = { kind: 'erasure_waiting', subject: id, severity: 'warning' } as const
  if ((await findOpenAlerts(db, [`${alert.kind}:${id}`])).size > 0) return
  await raiseAlert(db, { ...alert, text: `The erasure of a person waits for ${obstacle}`, at: now() })
  publish({ topic: 'alerts', id })
}

async function finish({ db, publish, now }: EraseDeps, { id }: DeletionRequest): Promise<boolean> {
  const isDone = await inTransaction(db, async (tx) => {
    const request = await lockDeletion(tx, id)
    if (request?.status !== 'erasing') return false
    const at = now()
    await saveProgress(tx, id, { status: 'done', personRef: null, alsoRefs: null, doneAt: at }, at)
    await resolveAlert(tx, 'erasure_waiting', id, at)
    const { contacts, accounts, traces } = request
    await appendAudit(tx, {
      action: 'deletion.done',
      actor: { kind: 'process', id: 'drafting' },
      subject: { kind: 'deletion', id },
      detail: { contacts, accounts, traces },
      at,
    })
    return true
  })
  if (isDone) publish({ topic: 'alerts', id })
  return isDone
}
