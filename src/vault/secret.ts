import { inspect } from 'node:util'

const HIDDEN = '[secret]'

/** A value that is read on purpose only: it refuses to be printed, serialised, copied or inspected. */
export class Secret {
  // A private field is invisible to spread, Object.entries, JSON, structuredClone and util.inspect.
  readonly #value: string

  constructor(value: string) {
    this.#value = value
    Object.freeze(this)
  }

  /** The only way out. Call it where the value is used, and keep the answer in no longer-lived place. */
  reveal(): string {
    return this.#value
  }

  toString(): string {
    return HIDDEN
  }

  toJSON(): string {
    return HIDDEN
  }

  [Symbol.toPrimitive](): string {
    return HIDDEN
  }

  [inspect.custom](): string {
    return HIDDEN
  }
}
