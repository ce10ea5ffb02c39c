import { z } from '@hono/zod-openapi'
import { isId } from '#src/domain/ids.ts'

type Kind = Parameters<typeof isId>[0]

/** One of our ids; they are text, and mean nothing to anybody else. */
export function id<K extends Kind>(kind: K) {
  type Id = ReturnType<typeof import('#src/domain/ids.ts').newId<K>>
  return z.custom<Id>((text) => isId(kind, text)).openapi({ type: 'string', description: `Id of a ${kind}` })
}

/** UTC with milliseconds. */
export const time = z.date().openapi({ type: 'string', format: 'date-time', example: '2026-11-24T12:00:00.000Z' })

/** A time as it is asked for. */
export const moment = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text))
  .openapi({ type: 'string', format: 'date-time' })

export const word = z.string().max(255)

const LIMIT = 30
const LIMIT_MAX = 100

/** What every list is asked with. */
export const paging = {
  cursor: z.string().max(200).optional().openapi({ description: '`nextCursor` of the page before' }),
  limit: z
    .string()
    .regex(/^\d{1,3}$/)
    .transform(Number)
    .pipe(z.number().min(1).max(LIMIT_MAX))
    .default(LIMIT)
    .openapi({ type: 'integer', minimum: 1, maximum: LIMIT_MAX, default: LIMIT }),
}

/** A page of a list. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.strictObject({
    data: z.array(item),
    nextCursor: z.string().nullable().openapi({ description: 'Null on the last page' }),
  })
}

export const NoQuery = z.strictObject({})
