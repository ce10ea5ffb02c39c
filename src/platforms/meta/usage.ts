/*
 * What the headers of an answer say about how much was used, on successes and errors alike:
 * https://developers.facebook.com/docs/graph-api/overview/rate-limiting
 * They are outside words: whatever stands in them, nothing here throws or stops anybody for longer than the rule allows.
 */
import { pauseRules } from '#src/domain/limit.ts'
import type { Pause } from '../adapter.ts'
import { fieldOf } from './graph.ts'

export interface Heard {
  headers: Headers
  /** Whom the call was for; undefined while nobody knows yet. */
  accountRef?: string | undefined
  now: Date
}

interface Usage {
  scope: Pause['scope']
  percent: number
  /** Until access is regained, when that is stated. */
  waitMs: number
}

const { stopPercent, defaultMs, maxMs } = pauseRules.instagram
const MINUTE_MS = 60_000
const FIGURES = ['call_count', 'total_cputime', 'total_time']
/** Budgets that messages have no part in; a type that we do not know may be one they have. */
const FOREIGN_TYPES = new Set<unknown>(['ads_insights', 'ads_management', 'custom_audience', 'leadgen'])
const PERCENT_SHOWN_MAX = 999

/** One pause for each scope that has used too much, the longest. */
export function usagePauses(heard: Heard): Pause[] {
  const { headers, now } = heard
  const told = [
    ...usageIn('app', parseHeader(headers.get('x-app-usage'))),
    // Not in Meta's present list, but pages still send it, in the shape of the app's.
    ...usageIn('account', parseHeader(headers.get('x-page-usage'))),
    ...ownRows(heard).map(businessUsage),
  ]
  const stops = told.filter(({ percent, waitMs }) => waitMs > 0 || percent >= stopPercent)
  return longest(
    stops.map(({ scope, percent, waitMs }) => ({
      scope,
      until: after(now, waitMs || defaultMs),
      code: `usage/${Math.min(Math.floor(percent), PERCENT_SHOWN_MAX)}`,
    })),
  )
}

/** When a throttled caller may come back. Meta names a time for accounts only, and none for most throttles. */
export function regainsAccessAt(scope: Pause['scope'], heard: Heard): Date {
  const { headers, now } = heard
  const stated = scope === 'account' ? businessWaitMs(heard) : 0
  return after(now, Math.max(stated, retryAfterMs(headers, now)) || defaultMs)
}

/** Of the pauses that hold up the same calls the one that ends last; of equal ones the first. */
export function longest(pauses: Pause[]): Pause[] {
  const byScope = new Map<string, Pause>()
  for (const pause of pauses) {
    const scope = `${pause.scope}:${pause.only ?? ''}`
    const known = byScope.get(scope)
    if (!known || known.until < pause.until) byScope.set(scope, pause)
  }
  return [...byScope.values()]
}

/** A throttle that comes with rows of other ids alone is about us all the same: apps know an account by several ids. */
function businessWaitMs(heard: Heard): number {
  const own = ownRows(heard)
  const rows = own.length > 0 ? own : Object.values(businessRows(heard.headers)).flat()
  return rows.reduce<number>((most, row) => Math.max(most, businessUsage(row).waitMs), 0)
}

function ownRows({ headers, accountRef }: Heard): unknown[] {
  const rows = businessRows(headers)
  if (accountRef === undefined || !Object.hasOwn(rows, accountRef)) return []
  return [Reflect.get(rows, accountRef)].flat().filter((row) => !FOREIGN_TYPES.has(fieldOf(row, 'type')))
}

function businessRows(headers: Headers): object {
  const usage = parseHeader(headers.get('x-business-use-case-usage'))
  return typeof usage === 'object' && usage !== null ? usage : {}
}

/** `estimated_time_to_regain_access` is in minutes. */
function businessUsage(row: unknown): Usage {
  const waitMs = figureIn(row, 'estimated_time_to_regain_access') * MINUTE_MS
  return { scope: 'account', percent: percentIn(row), waitMs: Number.isFinite(waitMs) ? waitMs : maxMs }
}

function usageIn(scope: Pause['scope'], usage: unknown): Usage[] {
  return [{ scope, percent: percentIn(usage), waitMs: 0 }]
}

/** The budget that is nearest to its end. */
function percentIn(usage: unknown): number {
  return Math.max(...FIGURES.map((name) => figureIn(usage, name)))
}

/** A figure, sometimes written as text; anything else, and what is below zero, says nothing. */
function figureIn(usage: unknown, name: string): number {
  const value = fieldOf(usage, name)
  const figure = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof figure === 'number' && Number.isFinite(figure) && figure > 0 ? figure : 0
}

/** Undocumented at Meta, but its edge sends what HTTP allows: seconds or a date. */
function retryAfterMs(headers: Headers, now: Date): number {
  const value = headers.get('retry-after')?.trim()
  if (!value) return 0
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now.getTime()
  return Number.isNaN(ms) ? 0 : Math.max(ms, 0)
}

function after(now: Date, ms: number): Date {
  return new Date(now.getTime() + Math.min(Math.ceil(ms), maxMs))
}

function parseHeader(value: string | null): unknown {
  try {
    return JSON.parse(value ?? 'null')
  } catch {
    return undefined
  }
}
