import { limits } from '#src/domain/limit.ts'
import type { Scenario } from './bench.ts'
import { anAccount, anOperator } from './people.ts'
import { fillPosts } from './posts.ts'
import { arrivalWaits, fillEach, lineUp, openSite, postsIn, signer } from './site.ts'
import { fullestWindow, percentile } from './statistics.ts'
import type { Arrival } from './stub.ts'
import { fillThreads } from './threads.ts'

/** What Instagram publishes: so many texts a second. https://developers.facebook.com/documentation/business-messaging/messenger-platform/overview/rate-limiting */
const PUBLISHED = { max: 100, perMs: 1000 }
const SENDERS = 8
const LIMITED_POSTS = 600
const FLOOD_POSTS = 10_000
/** Each has one post in a round. */
const OTHERS = 1000
const OTHERS_PER_SECOND = 40
const WARM_UP = 100
/** A second, over all windows of an account. */
const ALLOWED = Math.min(
  ...limits.instagram.send.filter(({ scope }) => scope === 'account').map(({ max, perMs }) => (max * 1000) / perMs),
)

/** One account with work all the time, eight senders, the limits as they are. */
export const limit: Scenario = {
  rows: ['limit'],
  async run(bench) {
    const site = await openSite(bench, { senders: SENDERS, accounts: 1 })
    const operatorId = await anOperator(site.stores.db)
    const threads = await fillEach(site, LIMITED_POSTS, 'none')
    const posts = await postsIn(site, threads, { operatorId, bench })
    await lineUp(site, posts)
    const use = useOf(await site.arrivals(posts.length))
    await site.close()
    const isKept = use.fullest <= PUBLISHED.max && use.arrived === posts.length
    return [
      {
        row: 'limit',
        value: use.rate,
        baseline: ALLOWED,
        met: use.rate / ALLOWED >= 0.97 && isKept,
        parts: partsOf(use),
      },
    ]
  },
}

/** A thousand small accounts, one post after the other; then the same while one more account has ten thousand posts waiting. */
export const flood: Scenario = {
  rows: ['flood'],
  async run(bench) {
    const site = await openSite(bench, { senders: SENDERS, accounts: OTHERS })
    const { db } = site.stores
    const operatorId = await anOperator(db)
    const measure = async (count: number) => {
      const threads = await fillEach({ ...site, accounts: site.accounts.slice(0, count) }, count, 'none')
      const posts = await postsIn(site, threads, { operatorId, bench })
      site.strangers.length = 0
      const waits = await arrivalWaits(site, threads, OTHERS_PER_SECOND, (_thread, i) => {
        const post = posts[i]
        return post ? lineUp(site, [post]) : Promise.resolve()
      })
      return percentile(waits, 0.95)
    }
    await measure(WARM_UP)
    const alone = await measure(OTHERS)
    const greedy = await anAccount(db, bench.env)
    const threads = await fillThreads(db, { account: greedy, count: FLOOD_POSTS, attention: 'none' })
    const posts = await fillPosts(db, { account: greedy, threads, operatorId, sign: signer(bench) })
    await lineUp(site, posts)
    const beside = await measure(OTHERS)
    const use = useOf(site.strangers)
    await site.close()
    const isUsed = use.rate / ALLOWED >= 0.97 && use.fullest <= PUBLISHED.max
    const parts = { 'use by the flood': use.rate / ALLOWED, ...partsOf(use) }
    return [{ row: 'flood', value: beside, baseline: alone, met: beside / alone <= 1.2 && isUsed, parts }]
  },
}

interface Use {
  arrived: number
  /** A second, from the first to the last. */
  rate: number
  /** The most that arrived within any one second. */
  fullest: number
}

function useOf(arrivals: readonly Arrival[]): Use {
  const times = arrivals.map(({ at }) => at).sort((a, b) => a - b)
  const seconds = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000
  return { arrived: times.length, rate: (times.length - 1) / seconds, fullest: fullestWindow(times, PUBLISHED.perMs) }
}

function partsOf({ arrived, fullest }: Use): Record<string, number> {
  return { 'fullest second': fullest, 'windows passed': Number(fullest > PUBLISHED.max), arrived }
}
