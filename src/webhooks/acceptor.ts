/*
 * A delivery is accepted when its bytes are safe: committed in MySQL, or, while MySQL is away, kept by Redis in the job
 * itself. The bell is rung behind the answer, because a row without a job is found by the sweep. When neither store takes the
 * bytes, the platform is asked to deliver again. Every call has a deadline; together they stay under Meta's five seconds.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { DeadlineError, withDeadline } from './deadline.ts'
import { type Delivery, type KeptDelivery, keptDelivery } from './delivery.ts'
import { createGroups } from './groups.ts'
import { type Log, watchStore } from './log.ts'

interface AcceptorDeps {
  /** One INSERT; answers the ids of the rows. A row that is there already is no fault. */
  storeDeliveries: (deliveries: Delivery[]) => Promise<number[]>
  /** One job for a whole group. */
  ring: (ids: number[]) => Promise<void>
  keepBodies: (bodies: KeptDelivery[]) => Promise<void>
  log: Log
  now: () => Date
}

export type Accept = (delivery: Delivery) => Promise<void>

const ROWS_MAX = 200
/** Well under `max_allowed_packet`, which is 16 MiB on MariaDB, and a body doubles when it is written as hex. */
const GROUP_BYTES_MAX = 4 * 1024 * 1024
const WAITING_BYTES_MAX = 64 * 1024 * 1024
const STORE_MS = 1500
const SINGLY_MS = 1000
const KEEP_MS = 1000
const RING_MS = 3000
/** A ring costs the same for one row as for two hundred, so a busy receiver lets a few groups share it. */
const RING_PAUSE_MS = 5
/** So long a MySQL that did not answer is not asked again. */
const AWAY_MS = 2000

/** Resolves once the bytes are safe; throws `platform_unavailable` when no store takes them. */
export function createAcceptor({ storeDeliveries, ring, keepBodies, log, now }: AcceptorDeps): Accept {
  const mysql = watchStore(log, 'mysql')
  const redis = watchStore(log, 'redis')
  const ringForGroup = createRinger(ring, redis)
  let awayUntil = 0

  async function makeDurable(group: Delivery[]): Promise<readonly Delivery[]> {
    const left = now().getTime() < awayUntil ? group : await store(group)
    return left.length === 0 || (await keep(left)) ? [] : left
  }

  /** Answers what MySQL did not take. */
  async function store(group: Delivery[]): Promise<Delivery[]> {
    const error = await tryStore(group, STORE_MS)
    if (error === undefined) return []
    const isLate = error instanceof DeadlineError
    // One row may be at fault, and must not cost its neighbours their place; a server that is silent need not be asked again.
    const left = isLate || group.length === 1 ? group : await storeSingly(group)
    if (isLate || (group.length > 1 && left.length === group.length)) awayUntil = now().getTime() + AWAY_MS
    return left
  }

  async function storeSingly(group: Delivery[]): Promise<Delivery[]> {
    const errors = await Promise.all(group.map((delivery) => tryStore([delivery], SINGLY_MS)))
    return group.filter((_delivery, index) => errors[index] !== undefined)
  }

  async function tryStore(group: Delivery[], ms: number): Promise<unknown> {
    try {
      ringForGroup(await withDeadline(storeDeliveries(group), ms))
      mysql.worked()
      return undefined
    } catch (error) {
      mysql.failed(error)
      return error ?? new Error('Unknown')
    }
  }

  async function keep(group: Delivery[]): Promise<boolean> {
    try {
      await withDeadline(keepBodies(group.map(keptDelivery)), KEEP_MS)
      redis.worked()
      return true
    } catch (error) {
      redis.failed(error)
      return false
    }
  }

  return createGroups<Delivery>({
    rowsMax: ROWS_MAX,
    bytesMax: GROUP_BYTES_MAX,
    waitingBytesMax: WAITING_BYTES_MAX,
    keyOf: ({ source, digest }) => `${source} ${digest}`,
    bytesOf: ({ body }) => body.length,
    commit: makeDurable,
  })
}

/** Rings behind the answer, one call at a time: while Redis is slow or away, ids gather instead of calls. */
function createRinger(ring: AcceptorDeps['ring'], redis: ReturnType<typeof watchStore>): (ids: number[]) => void {
  let waiting: number[] = []
  let busy = false

  async function ringAll(): Promise<void> {
    busy = true
    while (waiting.length > 0) {
      const ids = waiting.splice(0, ROWS_MAX)
      try {
        await withDeadline(ring(ids), RING_MS)
        redis.worked()
        await pause(RING_PAUSE_MS)
      } catch (error) {
        // The sweep finds the rows, so nothing is kept for another try.
        waiting = []
        redis.failed(error)
      }
    }
    busy = false
  }

  return (ids) => {
    waiting.push(...ids)
    if (!busy) void ringAll()
  }
}
