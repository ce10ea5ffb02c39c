import { fieldOf } from './graph.ts'

const MINUTE_MS = 60_000
/** Meta names no time for most throttles and asks not to knock meanwhile. */
const DEFAULT_WAIT_MS = 5 * MINUTE_MS
const WAIT_MAX_MS = 24 * 60 * MINUTE_MS

/**
 * When a throttled caller may come back. `estimated_time_to_regain_access` is in minutes and stands in one header per
 * business use case: https://developers.facebook.com/docs/graph-api/overview/rate-limiting
 */
export function regainsAccessAt(headers: Headers, now: Date): Date {
  const waits = [...businessUseCaseWaits(headers), retryAfterMs(headers, now)].filter((ms) => ms > 0)
  const ms = waits.length > 0 ? Math.max(...waits) : DEFAULT_WAIT_MS
  return new Date(now.getTime() + Math.min(ms, WAIT_MAX_MS))
}

function businessUseCaseWaits(headers: Headers): number[] {
  const usage = parseHeader(headers.get('x-business-use-case-usage'))
  if (typeof usage !== 'object' || usage === null) return []
  return Object.values(usage)
    .flat()
    .map((row) => Number(fieldOf(row, 'estimated_time_to_regain_access')) * MINUTE_MS)
    .filter(Number.isFinite)
}

/** Undocumented at Meta, but its edge sends what HTTP allows: seconds or a date. */
function retryAfterMs(headers: Headers, now: Date): number {
  const value = headers.get('retry-after')?.trim()
  if (!value) return 0
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now.getTime()
  return Number.isFinite(ms) ? ms : 0
}

function parseHeader(value: string | null): unknown {
  try {
    return JSON.parse(value ?? 'null')
  } catch {
    return undefined
  }
}
