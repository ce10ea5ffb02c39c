import { setImmediate as immediately } from 'node:timers/promises'
import { AppError } from '#src/domain/errors.ts'

interface GroupOptions<T> {
  rowsMax: number
  bytesMax: number
  /** Beyond this the sender is asked to come back. */
  waitingBytesMax: number
  keyOf: (member: T) => string
  bytesOf: (member: T) => number
  /** Makes a group durable; answers the members for which it could not. */
  commit: (group: T[]) => Promise<readonly T[]>
}

interface Waiting<T> {
  member: T
  settled: Promise<void>
  resolve: () => void
  reject: (error: Error) => void
}

/**
 * Group commit without a timer: what arrives in one turn, or while a commit is under way, forms a group; so an idle receiver
 * commits at once and a busy one in ever larger groups. Members with the same key are one. A refused member throws
 * `platform_unavailable`.
 */
export function createGroups<T>({ rowsMax, bytesMax, waitingBytesMax, keyOf, bytesOf, commit }: GroupOptions<T>) {
  const waiting = new Map<string, Waiting<T>>()
  let waitingBytes = 0
  let busy = false

  async function commitAll(): Promise<void> {
    if (busy) return
    busy = true
    while (waiting.size > 0) {
      // What the sockets hold already belongs to this group too.
      await immediately()
      await settle(takeGroup())
    }
    busy = false
  }

  function takeGroup(): Waiting<T>[] {
    const group: Waiting<T>[] = []
    let bytes = 0
    for (const [key, next] of waiting) {
      const size = bytesOf(next.member)
      if (group.length > 0 && (group.length >= rowsMax || bytes + size > bytesMax)) break
      group.push(next)
      bytes += size
      waiting.delete(key)
    }
    waitingBytes -= bytes
    return group
  }

  async function settle(group: Waiting<T>[]): Promise<void> {
    const members = group.map(({ member }) => member)
    const refused = new Set(await commit(members).catch(() => members))
    for (const { member, resolve, reject } of group) refused.has(member) ? reject(unavailable()) : resolve()
  }

  return function add(member: T): Promise<void> {
    const key = keyOf(member)
    const same = waiting.get(key)
    if (same) return same.settled
    if (waitingBytes + bytesOf(member) > waitingBytesMax) return Promise.reject(unavailable())
    const next = waitingFor(member)
    waiting.set(key, next)
    waitingBytes += bytesOf(member)
    void commitAll()
    return next.settled
  }
}

function waitingFor<T>(member: T): Waiting<T> {
  let resolve: () => void = () => undefined
  let reject: (error: Error) => void = () => undefined
  const settled = new Promise<void>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { member, settled, resolve, reject }
}

function unavailable(): AppError {
  return new AppError('platform_unavailable', 'Nothing can be stored at the moment; please deliver again')
}
