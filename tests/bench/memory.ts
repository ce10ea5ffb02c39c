import { setTimeout as sleep } from 'node:timers/promises'
import { requests } from './accept.ts'
import { numberOf, type Scenario, until } from './bench.ts'
import { saturate } from './load.ts'
import { anAccount } from './people.ts'
import { memoryOf, startRole } from './processes.ts'
import { withoutClaude } from './receive.ts'

const SETTLE_MS = 1500
const LOAD_MS = 1000
const PHASE_MS_MAX = 1_800_000
const STORED_SQL = "SELECT COUNT(*) FROM webhook_deliveries WHERE status = 'stored'"

/** What each process holds before any work, after half of the load and after all of it. */
export const memory: Scenario = {
  rows: ['memory'],
  async run(bench) {
    const stores = await bench.stores()
    const account = await anAccount(stores.db, bench.env)
    const [web, drafting, sending] = await Promise.all([
      startRole('web', stores.env),
      startRole('drafting', withoutClaude(stores.env)),
      startRole('sending', stores.env),
    ])
    const next = requests(bench.env['INSTAGRAM_APP_SECRET'] ?? '', account.accountRef)
    const count = () => numberOf(stores.db, 'SELECT COUNT(*) FROM webhook_deliveries')
    const deadline = performance.now() + (bench.options.messages > 100_000 ? PHASE_MS_MAX : 30_000)
    const look = async () => {
      await sleep(SETTLE_MS)
      return { web: memoryOf(web), drafting: memoryOf(drafting), sending: memoryOf(sending) }
    }
    const loadUpTo = async (messages: number) => {
      while ((await count()) < messages && performance.now() < deadline)
        await saturate({ ports: [web.port], next, ms: LOAD_MS })
      const isDrained = async () => (await numberOf(stores.db, STORED_SQL)) === 0
      await until(isDrained, { ms: Math.max(0, deadline - performance.now()), everyMs: 250 })
      return look()
    }
    const idle = await look()
    const half = await loadUpTo(bench.options.messages / 2)
    const after = await loadUpTo(bench.options.messages)
    const received = (await count()) - (await numberOf(stores.db, STORED_SQL))
    await Promise.all([web, drafting, sending].map((process) => process.stop()))
    await stores.close()
    const idleMost = Math.max(...Object.values(idle))
    const afterMost = Math.max(...Object.values(after))
    const parts = {
      'web idle': idle.web,
      'web half': half.web,
      'web after': after.web,
      'drafting idle': idle.drafting,
      'drafting half': half.drafting,
      'drafting after': after.drafting,
      'sending idle': idle.sending,
      'messages received': received,
    }
    return [{ row: 'memory', value: afterMost, baseline: idleMost, met: idleMost <= 150 && afterMost <= 250, parts }]
  },
}
