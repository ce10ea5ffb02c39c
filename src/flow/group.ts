interface Waiting<T, R> {
  item: T
  resolve: (result: R) => void
  reject: (error: unknown) => void
}

/**
 * Does for many at once what each asks for alone, in statements that take many rows. No timer: what is asked while one group
 * is under way forms the next, so an idle one begins at once. `work` answers in the order of its items, and when it throws
 * nothing has happened: then each member is tried alone, so that one member's fault is its own.
 */
export function createGroup<T, R>(
  work: (items: T[]) => Promise<readonly R[]>,
  { max }: { max: number },
): (item: T) => Promise<R> {
  const waiting: Waiting<T, R>[] = []
  let busy = false

  async function workAll(): Promise<void> {
    if (busy) return
    busy = true
    // What else this turn of the event loop asks for comes along.
    await new Promise((resolve) => setImmediate(resolve))
    while (waiting.length > 0) await settle(waiting.splice(0, max))
    busy = false
  }

  async function settle(group: Waiting<T, R>[]): Promise<void> {
    try {
      const results = await work(group.map(({ item }) => item))
      for (const [index, { resolve }] of group.entries()) resolve(results[index] as R)
    } catch (error) {
      if (group.length === 1) group[0]?.reject(error)
      else await Promise.all(group.map((member) => settle([member])))
    }
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      void workAll()
    })
}
