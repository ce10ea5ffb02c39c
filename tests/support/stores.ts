import { randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'
import { createConnection } from 'mysql2/promise'
import { afterAll } from 'vitest'
import { connect, type Database } from '#db/client.ts'
import { migrate } from '#db/migrate.ts'

export const SERVER_URL = process.env['TEST_DATABASE_URL'] ?? fail('TEST_DATABASE_URL')
export const REDIS_URL = process.env['TEST_REDIS_URL'] ?? fail('TEST_REDIS_URL')

function fail(name: string): never {
  throw new Error(`${name} is not set: run the tests with npm test, which starts private servers`)
}

/** A migrated database of this file's own on the real server; dropped when the file is done. */
export async function aDatabase(): Promise<{ db: Database; url: string }> {
  const name = `t_${randomBytes(6).toString('hex')}`
  const server = await createConnection(SERVER_URL)
  await server.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`)
  const url = new URL(SERVER_URL)
  url.pathname = `/${name}`
  await migrate(url.href)
  const { db, close } = connect(url.href)
  afterAll(async () => {
    await close()
    await server.query(`DROP DATABASE ${name}`)
    await server.end()
  })
  return { db, url: url.href }
}

/** The real Redis, and a key prefix of this file's own. */
export function aRedis({ forWorkers = false } = {}): { redis: Redis; prefix: string; url: string } {
  const redis = new Redis(REDIS_URL, forWorkers ? { maxRetriesPerRequest: null } : {})
  const prefix = `{t_${randomBytes(6).toString('hex')}}`
  afterAll(async () => {
    const keys = await redis.keys(`${prefix.replace('{', '\\{')}*`)
    if (keys.length > 0) await redis.del(...keys)
    redis.disconnect()
  })
  return { redis, prefix, url: REDIS_URL }
}
