import { createDecide } from '#src/flow/review.ts'
import { createPublisher } from '#src/queues/live.ts'
import { inTurns, roundTrips, type Scenario } from './bench.ts'
import { callsOnly } from './drafting.ts'
import { anOperator } from './people.ts'
import { anApproval } from './posts.ts'
import { startScript } from './processes.ts'
import { emptyJobs, type Waits, waitsOf } from './queue-way.ts'
import { arrivalWaits, fillEach, lineUp, openSite, postsIn, signer } from './site.ts'
import { median } from './statistics.ts'

const PER_SECOND = 50
const POSTS = 1000
const WARM_UP = 100

/** From the operator's word until Instagram has the post; ten accounts, so that no limit is near. */
export const arrival: Scenario = {
  rows: ['arrival'],
  async run(bench) {
    const site = await openSite(bench, { senders: 1, accounts: 10 })
    const decide = createDecide({
      db: site.stores.db,
      sign: signer(bench),
      bell: site.stores.bell,
      lanes: site.stores.lanes,
      publish: createPublisher(site.stores.redis),
      now: () => new Date(),
    })
    const operatorId = await anOperator(site.stores.db)
    const ms = bench.options.roundMs * 2
    const round = async () => {
      const threads = await fillEach(site, (PER_SECOND * ms) / 1000, 'review')
      return arrivalWaits(site, threads, PER_SECOND, (thread) =>
        decide({ draftId: thread.draftId, decision: anApproval(thread), operatorId, givenBy: 'console' }),
      )
    }
    await round()
    const ours: Waits[] = []
    const empty: Waits[] = []
    for (let i = 0; i < bench.options.rounds; i++) {
      empty.push(await emptyJobs(site.stores.redisUrl, { perSecond: PER_SECOND, ms: ms / 2 }))
      ours.push(waitsOf(await round()))
    }
    await site.close()
    const p50 = median(ours.map((waits) => waits.p50))
    const p99 = median(ours.map((waits) => waits.p99))
    const baseline = median(empty.map((waits) => waits.p99))
    const emptyP50 = median(empty.map((waits) => waits.p50))
    return [
      {
        row: 'arrival',
        value: p99,
        baseline,
        met: p50 <= 40 && p99 <= 150,
        parts: { p50, 'p50 of an empty job': emptyP50 },
      },
    ]
  },
}

/** A thousand approved posts at once. */
export const sends: Scenario = {
  rows: ['sends'],
  async run(bench) {
    const site = await openSite(bench, { senders: 0, accounts: 1 })
    const sender = await startScript('sender', [], site.env)
    const operatorId = await anOperator(site.stores.db)
    const sendAll = async (count: number) => {
      const threads = await fillEach(site, count, 'none')
      const posts = await postsIn(site, threads, { operatorId, bench })
      const started = performance.timeOrigin + performance.now()
      await lineUp(site, posts)
      const arrived = await site.arrivals(count)
      return arrived.length / ((Math.max(...arrived.map(({ at }) => at)) - started) / 1000)
    }
    const trips = await roundTrips(site.stores, WARM_UP, () => sendAll(WARM_UP))
    const rate = await inTurns(bench.options.rounds, {
      async calls() {
        const url = `${site.env['INSTAGRAM_GRAPH_URL']}/v26.0/1/messages`
        const calls = await callsOnly(url, bench.options.roundMs, { recipient: { id: '1' }, message: { text: 'x' } })
        await site.arrivals(1)
        return calls
      },
      ours: () => sendAll(POSTS),
    })
    await sender.stop()
    await site.close()
    return [{ row: 'sends', value: rate.ours, baseline: rate.calls, met: rate.ours >= 300, parts: trips }]
  },
}
