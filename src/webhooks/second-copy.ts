import type { Delivery } from './delivery.ts'

interface SecondCopyOptions {
  /** Answers what MySQL did not take. */
  store: (group: Delivery[]) => Promise<readonly Delivery[]>
  everyMs: number
  rowsMax: number
  /** Beyond this Redis alone has to do. */
  bytesMax: number
}

/**
 * What only Redis keeps is held here too until MySQL has it: a Redis that is wiped before the inbox has emptied it then loses
 * nothing. Rows that are there already are no fault, so both copies may be stored.
 */
export function createSecondCopy({
  store,
  everyMs,
  rowsMax,
  bytesMax,
}: SecondCopyOptions): (group: Delivery[]) => void {
  let held: Delivery[] = []
  let bytes = 0
  let timer: NodeJS.Timeout | undefined

  function wait(): void {
    timer = setTimeout(() => void storeAll(), everyMs)
    timer.unref()
  }

  async function storeAll(): Promise<void> {
    while (held.length > 0) {
      const group = held.slice(0, rowsMax)
      const left = await store(group)
      // Nothing was taken: MySQL is still away. A few left behind are at fault themselves, and Redis has them.
      if (left.length === group.length) return wait()
      held = held.slice(group.length)
      bytes -= group.reduce((sum, { body }) => sum + body.length, 0)
    }
    timer = undefined
  }

  return (group) => {
    for (const delivery of group) {
      if (bytes + delivery.body.length > bytesMax) continue
      held.push(delivery)
      bytes += delivery.body.length
    }
    if (timer === undefined && held.length > 0) wait()
  }
}
