import { draw, strikes, type Weather } from './weather.ts'

/** What the weather does to a delivery on its way. */
export interface Way {
  delayMs: number
  isHeld: boolean
  /** Whether the same bytes come a second time: beside the first, or when those have gone. */
  copy?: 'beside' | 'after'
  trouble?: 'reorder' | 'delay'
}

/** Whether a delivery is lost at the platform: it is neither sent nor tried again. */
export function isWithheld(weather: Weather, about: string): boolean {
  return strikes(weather, weather.deliveries.withhold, { kind: 'withhold', about })
}

export function planDelivery(weather: Weather, about: string): Way {
  const copy = copyOf(weather, about)
  return { ...detain(weather, about), ...(copy && { copy }) }
}

function detain(weather: Weather, about: string): Omit<Way, 'copy'> {
  const { seed, deliveries } = weather
  const { reorder, delay, delayMsMax } = deliveries
  if (strikes(weather, reorder, { kind: 'reorder', about })) {
    return { isHeld: true, delayMs: delayMsMax, trouble: 'reorder' }
  }
  if (!strikes(weather, delay, { kind: 'delay', about })) return { isHeld: false, delayMs: 0 }
  const delayMs = Math.ceil(draw(seed, { kind: 'delay ms', about }) * delayMsMax)
  return { isHeld: false, delayMs, trouble: 'delay' }
}

function copyOf(weather: Weather, about: string): Way['copy'] {
  if (!strikes(weather, weather.deliveries.duplicate, { kind: 'duplicate', about })) return undefined
  return draw(weather.seed, { kind: 'duplicate beside', about }) < 0.5 ? 'beside' : 'after'
}
