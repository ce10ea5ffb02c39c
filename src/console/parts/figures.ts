const NONE = '–'

/** How long something took, to two places at most. */
export function durationWords(ms: number | undefined): string {
  if (ms === undefined) return NONE
  const minutes = Math.round(ms / 60_000)
  if (minutes < 1) return `${Math.round(ms / 1000)} s`
  if (minutes < 60) return `${minutes} min`
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60]
  if (hours < 48) return rest > 0 ? `${hours} h ${rest} min` : `${hours} h`
  return `${Math.round(hours / 24)} days`
}

export function percentWords(share: number | undefined): string {
  return share === undefined ? NONE : `${Math.round(share * 100)} %`
}

/** What a single reply costs is less than a cent. */
export function dollarWords(micros: number | undefined): string {
  if (micros === undefined) return NONE
  return `$${(micros / 1e6).toFixed(micros > 0 && micros < 100_000 ? 4 : 2)}`
}

export function countWords(count: number): string {
  return count.toLocaleString('en')
}
