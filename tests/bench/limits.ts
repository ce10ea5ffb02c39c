import { limits } from '#src/domain/limit.ts'
import type { Scenario } from './bench.ts'
import { anAccount, anOperator } from './people.ts'
import { fillPosts } from './posts.ts'
import { arrivalWaits, fillEach, lineUp, openSite, postsIn, signer } from './site.ts'
import { fullestWindow, percentile } from './statistics.ts'
import { fillThreads } from './threads.ts'

/** What Instagram publishes: so many texts a second. https://developers.facebook.com/documentation/business-messaging/messenger-platform/overview/rate-limiting */
const PUBLISHED = { max: 100, perMs: 1000 }
const LIMITED_POSTS = 600
const FLOOD_POSTS = 10_000
const OTHERS = 25
const OTHERS_PER_SECOND = 20
const OTHERS_MS = 6000

/** One account with work all the time, two senders, the limits as they are. */
export const limit: Scenario = {
  rows: ['limit'],
  async run(bench) {
    const site = await openSite(bench, { senders: 2, accounts: 1 })
    const operatorId = await anOperator(site.stores.db)
    const threads = await fillEach(site, LIMITED_POSTS, 'none')
    const posts = await postsIn(site, threads, { operatorId, bench })
    await lineUp(site, posts)
    const times = (await site.arrivals(posts.length)).map(({ at }) => at).sort((a, b) => a - b)
    await site.close()
    const seconds = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000
    const value = (times.length - 1) / seconds
    const ofAccount = limits.instagram.send.filter(({ scope }) => scope === 'account')
    const baseline = Math.min(...ofAccount.map(({ max, perMs }) => (max * 1000) / perMs))
    const fullest = fullestWindow(times, PUBLISHED.perMs)
    const isPassed = fullest > PUBLISHED.max
    return [
      {
        row: 'limit',
        value,
        baseline,
        met: value / baseline >= 0.97 && !isPassed && times.length === posts.length,
        parts: { 'fullest second': fullest, 'windows passed': Number(isPassed), arrived: times.length },
      },
    ]
  },
}

/** Small accounts at a quiet rate; then the same while one account has ten thousand posts waiting. */
export const flood: Scenario = {
  rows: ['flood'],
  async run(bench) {
    const site = await openSite(bench, { senders: 1, accounts: OTHERS })
    const { db } = site.stores
    const operatorId = await anOperator(db)
    const total = (OTHERS_PER_SECOND * OTHERS_MS) / 1000
    const measure = async () => {
      const threads = await fillEach(site, total, 'none')
      const posts = await postsIn(site, threads, { operatorId, bench })
      const waits = await arrivalWaits(site, threads, OTHERS_PER_SECOND, (_thread, i) => {
        const post = posts[i]
        return post ? lineUp(site, [post]) : Promise.resolve()
      })
      return percentile(waits, 0.95)
    }
    await measure()
    const alone = await measure()
    const greedy = await anAccount(db, bench.env)
    const threads = await fillThreads(db, { account: greedy, count: FLOOD_POSTS, attention: 'none' })
    const posts = await fillPosts(db, { account: greedy, threads, operatorId, sign: signer(bench) })
    await lineUp(site, posts)
    const beside = await measure()
    await site.close()
    return [{ row: 'flood', value: beside, baseline: alone, met: beside / alone <= 1.2 }]
  },
}
