import { AppError } from '#src/domain/errors.ts'
import type { Place } from './deps.ts'

const PLACE = /^(\d{1,15})-([a-z]{3}_[0-9a-z]{26})$/
const ID = /^[a-z]{3}_[0-9a-z]{26}$/
const NUMBER = /^\d{1,15}$/

/** A place in a list as it travels: nobody is to read anything into it. */
function wrap(text: string): string {
  return Buffer.from(text).toString('base64url')
}

function unwrap<T>(cursor: string | undefined, read: (text: string) => T | undefined): T | undefined {
  if (cursor === undefined) return undefined
  const found = read(Buffer.from(cursor, 'base64url').toString())
  if (found === undefined) throw new AppError('invalid_input', 'This cursor is not one of ours', { field: 'cursor' })
  return found
}

export const writePlace = ({ at, id }: Place) => wrap(`${at.getTime()}-${id}`)
export const writeId = wrap
export const writeNumber = (seq: number) => wrap(String(seq))

export const readPlace = (cursor: string | undefined): Place | undefined =>
  unwrap(cursor, (text) => {
    const [, ms, id] = PLACE.exec(text) ?? []
    return ms && id ? { at: new Date(Number(ms)), id } : undefined
  })

export const readId = (cursor: string | undefined) => unwrap(cursor, (text) => (ID.test(text) ? text : undefined))

export const readNumber = (cursor: string | undefined) =>
  unwrap(cursor, (text) => (NUMBER.test(text) ? Number(text) : undefined))
