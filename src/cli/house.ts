import { once } from 'node:events'
import { connect, type Database } from '#db/client.ts'
import { type Config, ConfigError, readConfig } from '#src/config.ts'
import type { Platform } from '#src/domain/platform.ts'
import { createLanes, type Lanes } from '#src/limits/lanes.ts'
import type { PlatformAdapter } from '#src/platforms/adapter.ts'
import { createAdapters } from '#src/platforms/adapters.ts'
import { PREFIX } from '#src/queues/bell.ts'
import { createPublisher, type Publish } from '#src/queues/live.ts'
import { connectProducer } from '#src/queues/redis.ts'
import { createKeyring, type Keyring } from '#src/vault/keyring.ts'
import type { Secret } from '#src/vault/secret.ts'
import type { Io } from './command.ts'

const REDIS_WAIT_MS = 2000

export const now = (): Date => new Date()

export function configOf({ env }: Io): Config['cli'] {
  return readConfig(env, 'cli')
}

/** A command asks for what it needs; the others can do without. */
export function required(value: Secret | undefined, name: string): Secret {
  if (!value) throw new ConfigError([`${name} is missing`])
  return value
}

export async function withDatabase<T>(io: Io, work: (db: Database, config: Config['cli']) => Promise<T>): Promise<T> {
  const config = configOf(io)
  const { db, close } = connect(required(config.databaseUrl, 'DATABASE_URL').reveal(), { connectionLimit: 2 })
  try {
    return await work(db, config)
  } finally {
    await close()
  }
}

export function keyringOf({ appSecretKey }: Config['cli']): Keyring {
  return createKeyring(required(appSecretKey, 'APP_SECRET_KEY'), now)
}

export function adapterOf(config: Config['cli'], platform: Platform): PlatformAdapter {
  return createAdapters(config)[platform]
}

interface Bells {
  lanes: Pick<Lanes, 'add'>
  publish: Publish
}

/** What is done stands in the database; bells only make others see it sooner. Without Redis the sweep finds it. */
export async function withBells<T>({ redisUrl }: Config['cli'], work: (bells: Bells) => Promise<T>): Promise<T> {
  if (!redisUrl) return work({ lanes: { add: async () => undefined }, publish: () => undefined })
  const redis = connectProducer(redisUrl.reveal())
  await once(redis, 'ready', { signal: AbortSignal.timeout(REDIS_WAIT_MS) }).catch(() => undefined)
  try {
    return await work({ lanes: createLanes(redis, PREFIX), publish: createPublisher(redis) })
  } finally {
    // What was published is on its way once this has been answered.
    await redis.quit().catch(() => redis.disconnect())
  }
}
