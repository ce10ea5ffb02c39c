import { inspect } from 'node:util'

const HIDDEN = '[secret]'

/** A value that is read on purpose only: it refuses to be printed, serialised, copied or inspected. */
export class Secret {
  // A private field is invisible to spread, Object.entries, JSON, structuredClone and util.inspect.
  readonly #value: string | (() => string)

  /** A function where the value may change while it is held. */
  constructor(value: string | (() => string)) {
    this.#value = value
    Object.freeze(this)
  }

  /** The only way out. Call it where the value is used, and keep the answer in no longer-lived place. */
  reveal(): string {
    return typeof this.#value === 'function' ? this.#value() : this.#value
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
