import type { Window } from '#src/domain/limit.ts'

type Windows = readonly (Window & { key: string })[]

/** The widest crowd that any window of this length sees. */
export function crowd(instants: number[], perMs: number): number {
  const sorted = [...instants].sort((a, b) => a - b)
  return Math.max(0, ...sorted.map((start) => sorted.filter((t) => t >= start && t < start + perMs).length))
}

/** The slow and obviously right way: try each millisecond that could be the first free one. */
export function slowReserve(taken: Map<string, number[]>, windows: Windows, earliest: number): number {
  const ends = windows.flatMap(({ key, perMs }) => (taken.get(key) ?? []).map((slot) => slot + perMs))
  const candidates = [earliest, ...ends.filter((end) => end > earliest)].sort((a, b) => a - b)
  const fits = (t: number) =>
    windows.every(({ key, max, perMs }) => {
      const near = (taken.get(key) ?? []).filter((slot) => Math.abs(slot - t) < perMs)
      return crowd([...near, t], perMs) <= max
    })
  const slot = candidates.find(fits)
  if (slot === undefined) throw new Error('the last candidate always fits')
  for (const key of new Set(windows.map((window) => window.key))) taken.set(key, [...(taken.get(key) ?? []), slot])
  return slot
}
