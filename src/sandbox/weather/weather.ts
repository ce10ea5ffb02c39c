import { createHash } from 'node:crypto'
import { z } from 'zod'

const probability = z.number().min(0).max(1).default(0)
const span = (ms: number) => z.int().min(0).max(3_600_000).default(ms)

/** How much trouble there is, by kind; clear skies unless told. */
export const Weather = z.strictObject({
  seed: z.int().default(0),
  deliveries: z
    .strictObject({
      ...{ duplicate: probability, reorder: probability, recut: probability, delay: probability },
      /** Never sent at all, as far as anybody can tell. */
      withhold: probability,
      delayMsMax: span(2000),
    })
    .prefault({}),
  sends: z
    .strictObject({
      ...{ commitThenDrop: probability, commitThen500: probability, unknownError: probability },
      ...{ resetBefore: probability, resetAfter: probability, error500: probability },
      ...{ throttle: probability, throttleSilent: probability, slow: probability },
      slowMsMax: span(2000),
      throttleMs: span(1000),
      /** Whether what passes the published limit is refused, not only recorded. */
      enforce: z.boolean().default(false),
    })
    .prefault({}),
  echoes: z
    .strictObject({ ...{ early: probability, late: probability, never: probability }, lateMsMax: span(2000) })
    .prefault({}),
  reads: z.strictObject({ ...{ slow: probability, error: probability }, slowMsMax: span(2000) }).prefault({}),
  tokens: z.strictObject({ death: probability }).prefault({}),
})
export type Weather = z.infer<typeof Weather>

/** What a decision is about: the kind of trouble, the thing it may strike, and which one of its like that is. */
export interface Drawing {
  kind: string
  about: string
  serial?: number
}

export const clearSkies: Weather = Weather.parse({})

/** A number in [0, 1) that is the same for the same words, whenever and in whatever order it is asked for. */
export function draw(seed: number, { kind, about, serial = 1 }: Drawing): number {
  const digest = createHash('sha256').update(`${seed}\n${kind}\n${about}\n${serial}`).digest()
  return digest.readUIntBE(0, 6) / 2 ** 48
}

/** Whether the weather strikes here. */
export function strikes(weather: Weather, chance: number, drawing: Drawing): boolean {
  return chance > 0 && draw(weather.seed, drawing) < chance
}
