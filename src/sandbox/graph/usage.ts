const DAY_MS = 86_400_000
/** Calls a day that count as all of the budget: 4,800 for each of a hundred impressions. https://developers.facebook.com/docs/graph-api/overview/rate-limiting */
const DAILY_CALLS = 480_000

/** Counts calls over the last day and writes them as Meta's two usage headers. */
export function createUsage(accountRef: string): (at: number, percent: number | undefined) => Record<string, string> {
  const calls: number[] = []
  let oldest = 0
  return (at, percent) => {
    calls.push(at)
    while ((calls[oldest] ?? at) <= at - DAY_MS) oldest += 1
    const share = percent ?? Math.min(99, Math.floor(((calls.length - oldest) * 100) / DAILY_CALLS))
    const figures = { call_count: share, total_cputime: share, total_time: share }
    // In minutes; Meta fills it in once the budget is gone.
    const regain = share >= 100 ? 1 : 0
    return {
      'x-app-usage': JSON.stringify(figures),
      'x-business-use-case-usage': JSON.stringify({
        [accountRef]: [{ type: 'instagram', ...figures, estimated_time_to_regain_access: regain }],
      }),
    }
  }
}
