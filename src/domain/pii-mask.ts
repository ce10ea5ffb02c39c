import { AppError } from './errors.ts'
import { findPii, type PiiKind } from './pii.ts'

export interface MaskOptions {
  /** One character; `*` when not given. */
  maskChar?: string
  /** As many as were there; else always four, which tell nothing of the length. */
  preserveLength?: boolean
  kinds?: readonly PiiKind[]
}

const FIXED_CHARS = 4
const DEPTH_MAX = 32
const CUT = '[deep]'
/** Values under these names are masked whatever they look like. */
const TELLING_NAME = /passw(?:or)?d|token|secret|ssn|api_?key|authorization|cookie/i

type Mask = (text: string) => string

/** Takes out of texts what `findPii` finds. Throws `invalid_input` for a mask that is not one character. */
export function createMasker({ maskChar = '*', preserveLength = false, kinds }: MaskOptions = {}) {
  if ([...maskChar].length !== 1) throw new AppError('invalid_input', 'A mask is one character', { field: 'maskChar' })
  const cover: Mask = (text) => maskChar.repeat(preserveLength ? [...text].length : FIXED_CHARS)
  const mask: Mask = (text) => {
    let masked = ''
    let from = 0
    for (const { start, end } of findPii(text, kinds)) {
      masked += text.slice(from, start) + cover(text.slice(start, end))
      from = end
    }
    return masked + text.slice(from)
  }
  return { mask, maskBundle: <T>(bundle: T): T => copyOf(bundle, { mask, cover, seen: new Map() }) as T }
}

interface Copying {
  mask: Mask
  cover: Mask
  /** What was copied already, so that a circle stays one. */
  seen: Map<object, unknown>
}

/** A new bundle with the same keys; numbers, dates and the like are as they were. */
function copyOf(value: unknown, copying: Copying, depth = 0): unknown {
  if (typeof value === 'string') return copying.mask(value)
  if (typeof value !== 'object' || value === null || !isBundle(value)) return value
  if (copying.seen.has(value)) return copying.seen.get(value)
  if (depth >= DEPTH_MAX) return CUT
  if (Array.isArray(value)) return fillArray(value, copying, depth)
  return value instanceof Map ? fillMap(value, copying, depth) : fillObject(value, copying, depth)
}

function isBundle(value: object): boolean {
  const kind = Object.getPrototypeOf(value)
  return Array.isArray(value) || value instanceof Map || kind === Object.prototype || kind === null
}

function fillArray(list: readonly unknown[], copying: Copying, depth: number): unknown[] {
  const copy: unknown[] = []
  copying.seen.set(list, copy)
  for (const item of list) copy.push(copyOf(item, copying, depth + 1))
  return copy
}

function fillMap(map: ReadonlyMap<unknown, unknown>, copying: Copying, depth: number): Map<unknown, unknown> {
  const copy = new Map<unknown, unknown>()
  copying.seen.set(map, copy)
  for (const [name, item] of map) copy.set(name, masked(name, item, { copying, depth }))
  return copy
}

function fillObject(fields: object, copying: Copying, depth: number): Record<string, unknown> {
  const copy: Record<string, unknown> = Object.create(Object.getPrototypeOf(fields))
  copying.seen.set(fields, copy)
  for (const [name, item] of Object.entries(fields)) {
    // Not by assignment: a field may be called `__proto__`.
    const value = masked(name, item, { copying, depth })
    Object.defineProperty(copy, name, { value, enumerable: true, writable: true, configurable: true })
  }
  return copy
}

function masked(name: unknown, item: unknown, { copying, depth }: { copying: Copying; depth: number }): unknown {
  if (typeof item === 'string' && typeof name === 'string' && TELLING_NAME.test(name)) return copying.cover(item)
  return copyOf(item, copying, depth + 1)
}
