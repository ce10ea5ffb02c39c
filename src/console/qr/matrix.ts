/* From the bytes of a QR code to its modules: the fixed patterns, the bytes in their zigzag, and the mask that is easiest to read. ISO/IEC 18004, 6.3, 7.7–7.10 */
import { codewordsOf } from './codewords.ts'

const LEVEL_M = 0b00
const DARK = true
const FORMAT_MASK = 0x5412

/** Rows of modules, true for dark; without the light margin. */
export type Matrix = boolean[][]

const masks: readonly ((x: number, y: number) => boolean)[] = [
  (x, y) => (x + y) % 2 === 0,
  (_, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
]

export function qrMatrix(text: string): Matrix {
  const { version, bytes } = codewordsOf(text)
  const fixed = fixedPatterns(version)
  const placed = zigzag(fixed, bytes)
  const masked = masks.map((mask, number) => finish({ fixed, placed }, mask, number))
  const penalties = masked.map(penaltyOf)
  return masked[penalties.indexOf(Math.min(...penalties))] ?? []
}

/** What is the same in every code of a version; undefined where the bytes go. */
type Fixed = (boolean | undefined)[][]

function fixedPatterns(version: number): Fixed {
  const size = 17 + 4 * version
  const fixed: Fixed = Array.from({ length: size }, () => Array(size).fill(undefined))
  const set = (x: number, y: number, dark: boolean) => {
    const row = fixed[y]
    if (row && x >= 0 && x < size) row[x] = dark
  }
  for (let i = 0; i < size; i++) {
    set(6, i, i % 2 === 0)
    set(i, 6, i % 2 === 0)
  }
  for (const [x, y] of alignments(version)) rings({ x, y, radius: 2 }, [1], set)
  for (const [x, y] of [
    [3, 3],
    [size - 4, 3],
    [3, size - 4],
  ] as const)
    rings({ x, y, radius: 4 }, [2, 4], set)
  // Room for the format and the version, which depend on the mask.
  for (const [x, y] of formatPlaces(size).flat()) set(x, y, false)
  for (const [[x, y], dark] of versionModules(version, size)) set(x, y, dark)
  set(8, size - 8, DARK)
  return fixed
}

/** Squares around a point, light at these distances from it. */
function rings(
  { x, y, radius }: { x: number; y: number; radius: number },
  light: number[],
  set: (x: number, y: number, dark: boolean) => void,
): void {
  for (let dy = -radius; dy <= radius; dy++) {
    for (let dx = -radius; dx <= radius; dx++)
      set(x + dx, y + dy, !light.includes(Math.max(Math.abs(dx), Math.abs(dy))))
  }
}

function alignments(version: number): [number, number][] {
  if (version === 1) return []
  const count = Math.floor(version / 7) + 2
  const last = 10 + 4 * version
  const step = Math.ceil((last - 6) / (count - 1) / 2) * 2
  const at = [6, ...Array.from({ length: count - 1 }, (_, i) => last - step * (count - 2 - i))]
  const isFinder = (x: number, y: number) => (x === 6 && (y === 6 || y === last)) || (x === last && y === 6)
  return at.flatMap((y) => at.filter((x) => !isFinder(x, y)).map((x): [number, number] => [x, y]))
}

/** Where each bit of the format stands, the highest first: once around the corner, once along the other two. */
function formatPlaces(size: number): [number, number][][] {
  const corner = [0, 1, 2, 3, 4, 5, 7, 8].map((x): [number, number] => [x, 8])
  const up = [7, 5, 4, 3, 2, 1, 0].map((y): [number, number] => [8, y])
  const below = Array.from({ length: 7 }, (_, i): [number, number] => [8, size - 1 - i])
  const right = Array.from({ length: 8 }, (_, i): [number, number] => [size - 8 + i, 8])
  return [
    [...corner, ...up],
    [...below, ...right],
  ]
}

export function formatBits(mask: number): number {
  const value = (LEVEL_M << 3) | mask
  return ((value << 10) | remainder(value << 10, 0x537)) ^ FORMAT_MASK
}

export function versionBits(version: number): number {
  return (version << 12) | remainder(version << 12, 0x1f25)
}

function remainder(value: number, divisor: number): number {
  const length = (number: number) => 32 - Math.clz32(number)
  let rest = value
  while (length(rest) >= length(divisor)) rest ^= divisor << (length(rest) - length(divisor))
  return rest
}

function versionModules(version: number, size: number): [[number, number], boolean][] {
  if (version < 7) return []
  const bits = versionBits(version)
  return Array.from({ length: 18 }, (_, i) => {
    const [a, b] = [size - 11 + (i % 3), Math.floor(i / 3)]
    const dark = ((bits >>> i) & 1) === 1
    return [[[a, b], dark] as [[number, number], boolean], [[b, a], dark] as [[number, number], boolean]]
  }).flat()
}

/** Lays the bits out along the way; what is left over stays light. */
function zigzag(fixed: Fixed, bytes: readonly number[]): Matrix {
  const placed: Matrix = fixed.map((row) => row.map((module) => module ?? false))
  const free = wayThrough(fixed.length).filter(([x, y]) => fixed[y]?.[x] === undefined)
  free.forEach(([x, y], bit) => {
    const row = placed[y]
    if (row) row[x] = (((bytes[bit >>> 3] ?? 0) >>> (7 - (bit & 7))) & 1) === 1
  })
  return placed
}

/** In columns of two from the right, upwards and downwards in turn, stepping over the vertical timing line. */
function wayThrough(size: number): [number, number][] {
  const pairs = Array.from({ length: (size - 1) / 2 }, (_, i) => size - 1 - 2 * i)
  return pairs.flatMap((right, i) => {
    const x = right > 6 ? right : right - 1
    const rows = Array.from({ length: size }, (_, y) => (i % 2 === 0 ? size - 1 - y : y))
    return rows.flatMap((y): [number, number][] => [
      [x, y],
      [x - 1, y],
    ])
  })
}

interface Unmasked {
  fixed: Fixed
  placed: Matrix
}

function finish({ fixed, placed }: Unmasked, mask: (x: number, y: number) => boolean, number: number): Matrix {
  const done = placed.map((row, y) => row.map((dark, x) => (fixed[y]?.[x] === undefined ? dark !== mask(x, y) : dark)))
  const bits = formatBits(number)
  for (const places of formatPlaces(placed.length)) {
    places.forEach(([x, y], i) => {
      const row = done[y]
      if (row) row[x] = ((bits >>> (14 - i)) & 1) === 1
    })
  }
  return done
}

/** How hard a code is to read: long runs, blocks, what looks like a finder, too much of one tone. ISO/IEC 18004, 7.8.3 */
function penaltyOf(matrix: Matrix): number {
  const lines = [...matrix, ...matrix.map((_, x) => matrix.map((row) => row[x] ?? false))]
  const texts = lines.map((line) => line.map(Number).join(''))
  const runs = texts.flatMap((text) => text.match(/0{5,}|1{5,}/g) ?? []).map(({ length }) => length - 2)
  const finders = texts.flatMap((text) => text.match(/(?=00001011101|10111010000)/g) ?? []).length
  const dark = matrix.flat().filter(Boolean).length / matrix.length ** 2
  return sum(runs) + 3 * squares(matrix) + 40 * finders + 10 * Math.floor(Math.abs(dark - 0.5) * 20)
}

function squares(matrix: Matrix): number {
  let count = 0
  for (let y = 1; y < matrix.length; y++) {
    for (let x = 1; x < matrix.length; x++) {
      const four = [matrix[y]?.[x], matrix[y]?.[x - 1], matrix[y - 1]?.[x], matrix[y - 1]?.[x - 1]]
      if (new Set(four).size === 1) count++
    }
  }
  return count
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
