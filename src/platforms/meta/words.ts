import { isLosslessNumber } from 'lossless-json'
import { z } from 'zod'

/** From here on a number counts milliseconds, below it seconds: Meta uses both. */
const MS_FROM = 1e12
const YEAR_2100_MS = 4_102_444_800_000

const Digits = z
  .custom<string>()
  .overwrite((value: unknown) => (isLosslessNumber(value) ? value.value : value) as string)

/** A platform's id or mid: visible ASCII, of a size that our columns hold. Sometimes a number. */
export const Ref = Digits.pipe(z.string().regex(/^[!-~]{1,255}$/))

/** A moment in s or ms, as a number or as text. */
export const Moment = Digits.pipe(z.string().regex(/^\d{1,16}$/)).transform((digits, context) => {
  const value = Number(digits)
  const ms = value >= MS_FROM ? value : value * 1000
  if (ms > 0 && ms < YEAR_2100_MS) return new Date(ms)
  context.issues.push({ code: 'custom', message: 'out of range', input: digits })
  return z.NEVER
})

export const Count = Digits.pipe(z.string().regex(/^\d{1,6}$/)).transform(Number)

/** Where an item was found. */
export interface Place {
  accountRef: string
  /** When the platform sent the entry; comments name no other time. */
  sentAt: Date | undefined
  standby: boolean
}

/** Stands for a moment that the platform did not name; whoever stores the item knows when it came. */
export const NO_MOMENT = new Date(0)

/** Says which field is at fault; never what was in it. */
export function faultIn(what: string, error: z.ZodError): string {
  const path = error.issues[0]?.path.map(String).join('.')
  return path ? `${what}: ${path} is missing or odd` : `${what} is not an object`
}

/** Leaves out what is undefined, as optional properties want it. */
export function given<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never
}
