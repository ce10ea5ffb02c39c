import type { Cursor } from '../views.ts'

/** A place in a list as it travels in an address: `1763800000123-cnv_…`. */
export function writeCursor({ at, id }: Cursor): string {
  return `${at.getTime()}-${id}`
}

/** Anything that is no place is the beginning. */
export function readCursor(text: string | undefined): Cursor | undefined {
  const [, ms, id] = /^(\d{1,15})-([a-z]{3}_[0-9a-z]{26})$/.exec(text ?? '') ?? []
  return ms && id ? { at: new Date(Number(ms)), id } : undefined
}
