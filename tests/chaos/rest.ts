/* Waits until nothing is under way any more, or until the time for it is over. */
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import type { Site } from './site.ts'

export interface Rest {
  isQuiet: boolean
  seconds: number
  /** What is still open. */
  open: Record<string, number>
}

const LOOK_AGAIN_MS = 500
/** Quiet has to be seen so often in a row: between two steps everything may look done. */
const LOOKS = 4

export async function awaitRest(site: Site, withinMs: number): Promise<Rest> {
  const started = Date.now()
  let quiet = 0
  let open: Rest['open'] = {}
  while (Date.now() - started < withinMs && quiet < LOOKS) {
    open = await whatIsOpen(site).catch(() => ({ unknown: 1 }))
    quiet = Object.values(open).every((count) => count === 0) ? quiet + 1 : 0
    await sleep(LOOK_AGAIN_MS)
  }
  return { isQuiet: quiet >= LOOKS, seconds: Math.round((Date.now() - started) / 1000), open }
}

async function whatIsOpen({ db, platform }: Site): Promise<Rest['open']> {
  const { deliveries } = await platform.record()
  const [rows] = await db.execute(sql`SELECT
    (SELECT COUNT(*) FROM webhook_deliveries WHERE status <> 'received') AS unread,
    (SELECT COUNT(*) FROM conversations WHERE attention = 'waiting') AS waiting,
    (SELECT COUNT(*) FROM outbox_posts WHERE status IN ('queued', 'sending')) AS moving,
    (SELECT COUNT(*) FROM outbox_posts WHERE status = 'uncertain') AS uncertain`)
  const counts = Object.entries((rows as unknown as Record<string, unknown>[])[0] ?? {})
  const pending = deliveries.filter(({ outcome }) => outcome === 'pending').length
  return { pending, ...Object.fromEntries(counts.map(([name, count]) => [name, Number(count)])) }
}
