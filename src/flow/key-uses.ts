/*
 * Who used which key how often. Counting costs a request nothing: a process writes down what it counted at most once a
 * minute for each key, and what is left when it ends.
 */
import { addUses } from '#db/api-keys.ts'
import { type Database, inTransaction } from '#db/client.ts'
import type { ApiKeyId } from '#src/domain/ids.ts'

interface KeyUsesDeps {
  db: Database
  now: () => Date
  everyMs?: number
}

interface Tally {
  counts: Map<string, number>
  lastAt: Date
  /** Set while a write is to come. */
  timer: NodeJS.Timeout | undefined
}

const EVERY_MS = 60_000

export function createKeyUses({ db, now, everyMs = EVERY_MS }: KeyUsesDeps) {
  const tallies = new Map<ApiKeyId, Tally>()
  const underWay = new Set<Promise<void>>()

  function note(keyId: ApiKeyId, route: string): void {
    const tally = tallies.get(keyId) ?? { counts: new Map<string, number>(), lastAt: now(), timer: undefined }
    tally.counts.set(route, (tally.counts.get(route) ?? 0) + 1)
    tally.lastAt = now()
    tallies.set(keyId, tally)
    if (tally.timer) return
    // The first use is told at once; what follows waits until the minute is over.
    write(keyId, tally)
    tally.timer = setTimeout(() => endMinute(keyId, tally), everyMs).unref()
  }

  function endMinute(keyId: ApiKeyId, tally: Tally): void {
    tally.timer = undefined
    if (tally.counts.size === 0) {
      tallies.delete(keyId)
      return
    }
    write(keyId, tally)
    tally.timer = setTimeout(() => endMinute(keyId, tally), everyMs).unref()
  }

  function write(keyId: ApiKeyId, tally: Tally): void {
    const counted = [...tally.counts]
    tally.counts.clear()
    const uses = counted.map(([route, uses]) => ({ route, uses })).sort((a, b) => (a.route < b.route ? -1 : 1))
    const written = inTransaction(db, (tx) => addUses(tx, keyId, uses, tally.lastAt)).catch(() => {
      // Without the database they are counted on, and written with the next minute's.
      for (const [route, uses] of counted) tally.counts.set(route, (tally.counts.get(route) ?? 0) + uses)
      tallies.set(keyId, tally)
    })
    underWay.add(written)
    void written.finally(() => underWay.delete(written))
  }

  return {
    note,
    /** Writes what is left. */
    async close(): Promise<void> {
      await Promise.all(underWay)
      for (const [keyId, tally] of tallies) {
        clearTimeout(tally.timer)
        if (tally.counts.size > 0) write(keyId, tally)
      }
      tallies.clear()
      await Promise.all(underWay)
    },
  }
}
