/** Chance that is the same again for the same seed and purpose. */
export interface Dice {
  /** At least 0, below 1. */
  roll(): number
  /** A whole number from `min` to `max`, both included. */
  between(min: number, max: number): number
  pick<T>(list: readonly [T, ...T[]]): T
  chance(probability: number): boolean
}

/** Each purpose has dice of its own, so that one of them rolled more often changes nothing for the others. */
export function createDice(seed: number, purpose: string): Dice {
  let state = startOf(`${seed} ${purpose}`)
  // Mulberry32: https://gist.github.com/tommyettinger/46a874533244883189143505d203312c
  const roll = () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  const between = (min: number, max: number) => min + Math.floor(roll() * (max - min + 1))
  return {
    roll,
    between,
    pick: (list) => list[between(0, list.length - 1)] ?? list[0],
    chance: (probability) => roll() < probability,
  }
}

/** FNV-1a: http://www.isthe.com/chongo/tech/comp/fnv/ */
function startOf(text: string): number {
  let hash = 0x811c9dc5
  for (const char of text) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193)
  return hash
}
