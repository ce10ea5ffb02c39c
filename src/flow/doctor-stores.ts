import type { Database } from '#db/client.ts'
import { isSendingStopped, readDatabaseFacts } from '#db/doctor.ts'
import { isSchemaCurrent } from '#db/migrate.ts'
import type { ClockSeen } from '#src/domain/clock-exam.ts'
import { type BlindSpot, type Found, found } from '#src/domain/diagnoses.ts'
import { databaseFaults, redisFaults } from '#src/domain/store-exam.ts'
import type { RedisLook } from '#src/queues/facts.ts'
import { alertFaults } from './doctor-alerts.ts'

interface StoreExam {
  faults: Found[]
  unseen: BlindSpot[]
  clocks: ClockSeen[]
  /** Whether the rest may be read from it. */
  isUsable: boolean
}

const nothing = { faults: [], unseen: [], clocks: [], isUsable: false } satisfies StoreExam

export interface Watch {
  now: () => Date
}

/** The database's settings and clock, and what stands in it about the house. */
export async function examineDatabase(db: Database | undefined, { now }: Watch): Promise<StoreExam> {
  if (!db) return { ...nothing, faults: [found('database_unset')] }
  try {
    const { seen, clock } = await watched('the database', now, () => readDatabaseFacts(db))
    const faults = databaseFaults(seen)
    if (!(await isSchemaCurrent(db)))
      return { ...nothing, faults: [...faults, found('schema_behind')], clocks: [clock] }
    return { faults: [...faults, ...(await houseFaults(db))], unseen: ['claude_key'], clocks: [clock], isUsable: true }
  } catch {
    return { ...nothing, faults: [found('database_away')] }
  }
}

async function houseFaults(db: Database): Promise<Found[]> {
  return [...((await isSendingStopped(db)) ? [found('sending_stopped')] : []), ...(await alertFaults(db))]
}

/** Redis's settings and clock, and who works on its queues. */
export async function examineRedis(redis: RedisLook | undefined, { now }: Watch): Promise<StoreExam> {
  if (!redis) return { ...nothing, faults: [found('redis_unset')] }
  try {
    const { seen, clock } = await watched('Redis', now, redis.facts)
    const workers = await redis.workers()
    const unseen: BlindSpot[] = seen.isKept === undefined ? ['redis_settings'] : []
    return {
      faults: [
        ...redisFaults(seen),
        ...(workers?.drafting === false ? [found('drafting_absent')] : []),
        ...(workers?.sending === false ? [found('sending_absent')] : []),
      ],
      unseen: workers ? unseen : [...unseen, 'redis_workers'],
      clocks: [clock],
      isUsable: true,
    }
  } catch {
    return { ...nothing, faults: [found('redis_away')] }
  }
}

/** Whoever was asked looked at the clock somewhere between our two looks. */
export async function watched<T extends { at: Date }>(whose: string, now: () => Date, ask: () => Promise<T>) {
  const before = now().getTime()
  const seen = await ask()
  const after = now().getTime()
  const clock: ClockSeen = {
    whose,
    aheadMs: seen.at.getTime() - (before + after) / 2,
    errorMs: (after - before) / 2,
  }
  return { seen, clock }
}
