/** Counts arrivals in a sliding window and tells for each whether it is one too many. */
export interface Window {
  isOver(at: number): boolean
}

/** Refused arrivals count too: Meta asks callers to stop, not to knock. */
export function createWindow({ limit, ms }: { limit: number; ms: number }): Window {
  /** The times of the newest `limit` arrivals, in a ring. */
  const times = new Float64Array(limit).fill(Number.NEGATIVE_INFINITY)
  let oldest = 0
  return {
    isOver(at) {
      const isOver = (times[oldest] ?? 0) > at - ms
      times[oldest] = at
      oldest = (oldest + 1) % limit
      return isOver
    },
  }
}
