import { readFileSync } from 'node:fs'
import type { Stores } from './bench.ts'
import { cpuMs } from './cpu.ts'
import type { Process } from './processes.ts'

interface Cost {
  requests: number
  own: number
  mysql: number
  redis: number
  client: number
}

/** Adds up the processor time of everybody who has a hand in a request. What others do on the machine changes little in it. */
export async function createCosts(stores: Stores) {
  const servers = await serverPids(stores)
  const sums = new Map<string, Cost>()
  const look = (receivers: readonly Process[]): Omit<Cost, 'requests'> => ({
    own: receivers.reduce((sum, { pid }) => sum + cpuOf(pid), 0),
    mysql: cpuOf(servers.mysql),
    redis: cpuOf(servers.redis),
    client: ownCpu(),
  })
  return {
    async of(name: string, receivers: readonly Process[], measure: () => Promise<number>): Promise<number> {
      const before = look(receivers)
      const started = performance.now()
      const perSecond = await measure()
      const requests = (perSecond * (performance.now() - started)) / 1000
      const after = look(receivers)
      const sum = sums.get(name) ?? { requests: 0, own: 0, mysql: 0, redis: 0, client: 0 }
      sum.requests += requests
      for (const part of ['own', 'mysql', 'redis', 'client'] as const) sum[part] += after[part] - before[part]
      sums.set(name, sum)
      return perSecond
    },

    /** What one request to ours costs each of them, and B's process. */
    parts(): Record<string, number> {
      const bare = sums.get('bare')
      const ours = sums.get('ours')
      if (!bare || !ours) return {}
      const { requests, own, mysql, redis, client } = ours
      return {
        'processor µs of ours': own / requests,
        'of B': bare.own / bare.requests,
        'of MySQL': mysql / requests,
        'of Redis': redis / requests,
        'of the client': client / requests,
      }
    },
  }
}

async function serverPids({ db, redis }: Stores): Promise<{ mysql: number; redis: number }> {
  const [rows] = await db.$client.promise().query('SELECT @@pid_file AS file')
  const { file } = (rows as { file: string }[])[0] ?? { file: '' }
  return {
    mysql: Number(readFileSync(file, 'utf8')),
    redis: Number(/process_id:(\d+)/.exec(await redis.info('server'))?.[1]),
  }
}

/** Of this very process, which is the client. */
function ownCpu(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

function cpuOf(pid: number): number {
  return 1000 * cpuMs(pid)
}
