import type { Platform } from '#src/domain/platform.ts'

const HOUR_MS = 3_600_000
const HOURS = 24
/** Calls a day that count as all of an account's budget: 4,800 for each of a hundred impressions. https://developers.facebook.com/docs/graph-api/overview/rate-limiting */
const DAILY_CALLS = 480_000

export interface Usage {
  count(accountRef: string, at: number): void
  /** Meta's two usage headers for an answer; of the app alone when no account asked. */
  headers(asked: {
    accountRef: string | undefined
    platform: Platform
    percent: number | undefined
    regainMinutes?: number
  }): Record<string, string>
}

interface Day {
  hours: number[]
  newest: number
}

/** Counts the calls of each account over the last day, by the hour. The app's budget grows with its accounts. */
export function createUsage(): Usage {
  const days = new Map<string, Day>()
  const app: Day = { hours: Array(HOURS).fill(0), newest: 0 }

  return {
    count(accountRef, at) {
      const day = days.get(accountRef) ?? { hours: Array(HOURS).fill(0), newest: 0 }
      days.set(accountRef, day)
      for (const each of [day, app]) add(each, Math.floor(at / HOUR_MS))
    },
    headers({ accountRef, platform, percent, regainMinutes }) {
      // An account's throttle says nothing about the app.
      const ofApp = figures(
        (regainMinutes === undefined ? percent : undefined) ?? shareOf(app, DAILY_CALLS * Math.max(1, days.size)),
      )
      const headers = { 'x-app-usage': JSON.stringify(ofApp) }
      if (!accountRef) return headers
      const share = percent ?? shareOf(days.get(accountRef), DAILY_CALLS)
      // In minutes; Meta fills it in once the budget is gone.
      const regain = regainMinutes ?? (share >= 100 ? 1 : 0)
      const row = { type: platform, ...figures(share), estimated_time_to_regain_access: regain }
      return { ...headers, 'x-business-use-case-usage': JSON.stringify({ [accountRef]: [row] }) }
    },
  }
}

function add(day: Day, hour: number): void {
  for (let passed = Math.max(day.newest + 1, hour - HOURS + 1); passed <= hour; passed++) day.hours[passed % HOURS] = 0
  day.newest = Math.max(day.newest, hour)
  day.hours[hour % HOURS] = (day.hours[hour % HOURS] ?? 0) + 1
}

function shareOf(day: Day | undefined, budget: number): number {
  const calls = day?.hours.reduce((sum, hour) => sum + hour, 0) ?? 0
  return Math.min(99, Math.floor((calls * 100) / budget))
}

function figures(share: number): Record<string, number> {
  return { call_count: share, total_cputime: share, total_time: share }
}
