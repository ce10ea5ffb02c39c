/*
 * Keeps the folder and the table at one. Files of messages that were unsent or erased are removed, and then their rows; files
 * that were kept for long enough are removed; what nobody fetches has its bell rung again; a file without a row, which a crash
 * left behind, is removed too. One process at a time.
 */
import type { Database } from '#db/client.ts'
import { takeLease } from '#db/leases.ts'
import { dropMedia, expireMedia, listOverdueMedia, listOwned, listReleasedMedia } from '#db/media.ts'
import type { ConversationId, MediaId } from '#src/domain/ids.ts'
import type { MediaStore } from '#src/media/store.ts'
import type { Bell } from '#src/queues/bell.ts'
import type { Publish } from '#src/queues/live.ts'
import { createReminder } from './reminder.ts'

export interface SweepMediaDeps {
  db: Database
  bell: Pick<Bell, 'media'>
  store: MediaStore
  publish: Publish
  now: () => Date
  /** This process, for the lease. */
  holder: string
  keepDays: number
}

export interface MediaSwept {
  rung: number
  erased: number
  expired: number
  orphans: number
}

const LEASE_MS = 15_000
const BATCH = 500
/** How long a bell has to be heard before it is rung again. */
const HEARD_MS = 10_000
const DAY_MS = 86_400_000
/** The folder is walked through this often; a file is in nobody's hands once it is as old as that. */
const WALK_MS = 600_000

export function createSweepMedia(deps: SweepMediaDeps): () => Promise<MediaSwept> {
  const { db, bell, now, holder } = deps
  const remind = createReminder()
  let walkedAt = 0

  async function ring(at: Date): Promise<number> {
    const before = new Date(at.getTime() - HEARD_MS)
    const overdue = remind(await listOverdueMedia(db, { before, at }, BATCH), at)
    for (const { id } of overdue) await bell.media(id)
    return overdue.length
  }

  async function walk(at: Date): Promise<number> {
    if (at.getTime() - walkedAt < WALK_MS) return 0
    const orphans = await eraseOrphans(deps, at)
    walkedAt = at.getTime()
    return orphans
  }

  return async () => {
    const at = now()
    const until = new Date(at.getTime() + LEASE_MS)
    if (!(await takeLease(db, { name: 'media', holder, at, until })))
      return { rung: 0, erased: 0, expired: 0, orphans: 0 }
    const erased = await eraseReleased(deps, at)
    const expired = await expire(deps, at)
    const orphans = await walk(at)
    return { rung: await ring(at), erased, expired, orphans }
  }
}

/** First the file, then the row: a kill in between leaves the row, which says what is still to be done. */
async function eraseReleased({ db, store, publish }: SweepMediaDeps, at: Date): Promise<number> {
  const released = await listReleasedMedia(db, at, BATCH)
  for (const { id } of released) {
    await store.erase(id)
    await dropMedia(db, id)
  }
  tell(publish, released)
  return released.length
}

/** First the row, so that nobody is promised a file that is gone; should we be killed in between, the file is an orphan. */
async function expire({ db, store, publish, keepDays }: SweepMediaDeps, at: Date): Promise<number> {
  const before = new Date(at.getTime() - keepDays * DAY_MS)
  const expired = await expireMedia(db, { before, at }, BATCH)
  for (const { id } of expired) await store.erase(id)
  tell(publish, expired)
  return expired.length
}

async function eraseOrphans(deps: SweepMediaDeps, at: Date): Promise<number> {
  let total = 0
  let page: MediaId[] = []
  for await (const id of deps.store.listBefore(new Date(at.getTime() - WALK_MS))) {
    if (page.push(id) < BATCH) continue
    total += await eraseUnowned(deps, page)
    page = []
  }
  return total + (await eraseUnowned(deps, page))
}

async function eraseUnowned({ db, store }: SweepMediaDeps, ids: MediaId[]): Promise<number> {
  const owned = new Set(await listOwned(db, ids))
  const orphans = ids.filter((id) => !owned.has(id))
  for (const id of orphans) await store.erase(id)
  return orphans.length
}

function tell(publish: Publish, rows: { conversationId: ConversationId }[]): void {
  for (const id of new Set(rows.map(({ conversationId }) => conversationId))) publish({ topic: 'conversation', id })
}
