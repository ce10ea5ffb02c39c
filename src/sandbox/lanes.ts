import type { Delivery } from './entries.ts'

export interface LanesOptions {
  now: () => number
  attempt: (delivery: Delivery) => Promise<number>
  pause: (ms: number) => Promise<void>
}

export interface Lanes {
  /** Makes the first try in its turn; resolves with what came of it. */
  enter(delivery: Delivery): Promise<number>
}

/** One lane for each thread, in which a delivery leaves when the one before it has been tried; some go beside it. */
export function createLanes({ now, attempt, pause }: LanesOptions): Lanes {
  const lastOf = new Map<string, Promise<number>>()
  /** Those that wait for a later one of their thread. */
  const heldIn = new Map<string, (() => void)[]>()

  async function go(delivery: Delivery): Promise<number> {
    await pause((delivery.dueAt ?? 0) - now())
    return attempt(delivery)
  }

  async function goHeld(delivery: Delivery): Promise<number> {
    const overtaken = new Promise<void>((release) => {
      heldIn.set(delivery.thread, [...(heldIn.get(delivery.thread) ?? []), release])
    })
    await Promise.race([overtaken, pause((delivery.dueAt ?? 0) - now())])
    return attempt(delivery)
  }

  function release(thread: string): void {
    const waiting = heldIn.get(thread) ?? []
    heldIn.delete(thread)
    for (const open of waiting) open()
  }

  return {
    enter(delivery) {
      const { thread } = delivery
      if (delivery.held) return goHeld(delivery)
      if (delivery.aside) return go(delivery)
      const turn = (lastOf.get(thread) ?? Promise.resolve(0)).then(() => go(delivery))
      lastOf.set(thread, turn)
      return turn.finally(() => {
        release(thread)
        if (lastOf.get(thread) === turn) lastOf.delete(thread)
      })
    },
  }
}
