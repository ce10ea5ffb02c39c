/** Counts things of a kind from 1, so that each has a number of its own that does not hang on time. */
export interface Serials {
  next(about: string): number
}

export function createSerials(): Serials {
  const counts = new Map<string, number>()
  return {
    next(about) {
      const serial = (counts.get(about) ?? 0) + 1
      counts.set(about, serial)
      return serial
    },
  }
}
