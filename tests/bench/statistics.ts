/** The middle value; of an even number of values the mean of the two in the middle. NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = sortedCopy(values)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
}

/** The smallest value that at least `share` (0 to 1) of all values do not exceed. NaN of nothing. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = sortedCopy(values)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}

/** The most events in any sliding window: an event exactly `perMs` after another is no longer in its window. */
export function fullestWindow(times: readonly number[], perMs: number): number {
  const sorted = sortedCopy(times)
  let most = 0
  let first = 0
  for (const [last, time] of sorted.entries()) {
    while (time - (sorted[first] ?? time) >= perMs) first++
    most = Math.max(most, last - first + 1)
  }
  return most
}

function sortedCopy(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b)
}
