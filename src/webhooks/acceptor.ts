/*
 * A delivery is accepted when its bytes are safe: committed in MySQL, or, while MySQL is away, kept by Redis in the job
 * itself, and by this process too until MySQL takes them. The bell is rung behind the answer, because a row without a job is
 * found by the sweep. When neither store takes the bytes, the platform is asked to deliver again. Every call has a deadline;
 * together they stay under Meta's five seconds.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { DeadlineError, withDeadline } from './deadline.ts'
import { type Delivery, type KeptDelivery, keptDelivery } from './delivery.ts'
import { createGroups } from './groups.ts'
import { type Log, watchStore } from './log.ts'
import { createSecondCopy } from './second-copy.ts'

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
const SECOND_COPY_BYTES_MAX = 32 * 1024 * 1024
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
  const redis = watchStore(log, 'redis')
  const store = createStore({ storeDeliveries, log, now, ringForGroup: createRinger(ring, redis) })
  const again = { everyMs: AWAY_MS, rowsMax: ROWS_MAX, bytesMax: SECOND_COPY_BYTES_MAX }
  const holdToo = createSecondCopy({ store, ...again })

  async function makeDurable(group: Delivery[]): Promise<readonly Delivery[]> {
    const left = await store(group)
    if (left.length > 0 && !(await keep(left))) return left
    holdToo(left)
    return []
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

interface StoreDeps extends Pick<AcceptorDeps, 'storeDeliveries' | 'log' | 'now'> {
  ringForGroup: (ids: number[]) => void
}

/** Answers what MySQL did not take. */
function createStore({ storeDeliveries, log, now, ringForGroup }: StoreDeps) {
  const mysql = watchStore(log, 'mysql')
  let awayUntil = 0

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

  async function storeRest(group: Delivery[]): Promise<Delivery[]> {
    if (group.length === 1) return group
    const errors = await Promise.all(group.map((delivery) => tryStore([delivery], SINGLY_MS)))
    return group.filter((_delivery, index) => errors[index] !== undefined)
  }

  return async (group: Delivery[]): Promise<Delivery[]> => {
    if (now().getTime() < awayUntil) return group
    const error = await tryStore(group, STORE_MS)
    if (error === undefined) return []
    // One row may be at fault, and must not cost its neighbours their place; a server that is silent need not be asked again.
    const isLate = error instanceof DeadlineError
    const left = isLate ? group : await storeRest(group)
    if (isLate || isAway(group, left)) awayUntil = now().getTime() + AWAY_MS
    return left
  }
}

/** A single one that was refused tells nothing about the others. */
function isAway(group: Delivery[], left: Delivery[]): boolean {
  return group.length > 1 && left.length === group.length
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
