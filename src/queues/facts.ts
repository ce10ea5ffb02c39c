import type { Redis } from 'ioredis'
import type { RedisFacts } from '#src/domain/store-exam.ts'
import { PREFIX } from './bell.ts'
import { queueNames } from './jobs.ts'

/** Looks at Redis and who is connected to it; throws while it is away. */
export function createRedisLook(redis: Redis, prefix: string = PREFIX) {
  return { facts: () => readRedisFacts(redis), workers: () => readWorkers(redis, prefix) }
}

export type RedisLook = ReturnType<typeof createRedisLook>

/** What the server says of itself, and its clock. A provider may hide its settings; what is hidden is absent. */
async function readRedisFacts(redis: Redis): Promise<RedisFacts & { at: Date }> {
  const [info, time, isKept] = await Promise.all([redis.info(), redis.time(), readIsKept(redis)])
  const said = (name: string) => new RegExp(`^${name}:(.*?)\r?$`, 'm').exec(info)?.[1]
  const [seconds, micros] = time.map(Number)
  return {
    major: Number.parseInt(said('redis_version') ?? '', 10),
    policy: said('maxmemory_policy'),
    isKept,
    at: new Date((seconds ?? 0) * 1000 + (micros ?? 0) / 1000),
  }
}

async function readIsKept(redis: Redis): Promise<boolean | undefined> {
  const setting = async (name: string) => ((await redis.config('GET', name)) as string[])[1]
  try {
    const [appends, saves] = await Promise.all([setting('appendonly'), setting('save')])
    return appends === 'yes' || saves !== ''
  } catch {
    return undefined
  }
}

/** Which background processes are connected, by a queue that only they work on; undefined where the server hides that. */
async function readWorkers(redis: Redis, prefix: string): Promise<{ drafting: boolean; sending: boolean } | undefined> {
  try {
    const clients = String(await redis.client('LIST'))
    const works = (queue: string) =>
      [' ', ':w:'].some((end) => clients.includes(` name=${nameOf(queue, prefix)}${end}`))
    return { drafting: works(queueNames.inbox), sending: works(queueNames.credentials) }
  } catch {
    return undefined
  }
}

/** As BullMQ names the connection of a worker. */
function nameOf(queue: string, prefix: string): string {
  return `${prefix}:${Buffer.from(queue).toString('base64')}`
}
