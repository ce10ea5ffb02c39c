import { execFile } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Redis } from 'ioredis'
import { createConnection } from 'mysql2/promise'
import { type Process, startProcess } from './processes.ts'

interface Said {
  name: string
  command: string
  args: string[]
  argv0?: string
  url: string
}

export interface OwnStores {
  mysql: Process
  redis: Process
  mysqlUrl: string
  redisUrl: string
  /** The variables of a whole product on these stores. */
  env: Record<string, string>
}

const script = fileURLToPath(new URL('store-specs.mjs', import.meta.url))

/** A database server and a Redis of a test's own, to kill, freeze and empty; nobody else is on them. */
export async function ownStores(folder: string): Promise<OwnStores> {
  const { stdout } = await promisify(execFile)(process.execPath, [script, folder])
  const said = JSON.parse(stdout) as { secrets: Record<string, string>; mysql: Said; redis: Said }
  const logs = path.join(folder, 'logs')
  mkdirSync(logs, { recursive: true })
  const isReady = { mysql: () => answersSql(said.mysql.url), redis: () => answersPing(said.redis.url) }
  const [mysql, redis] = await Promise.all([
    startProcess({ ...said.mysql, folder: logs, isReady: isReady.mysql }),
    startProcess({ ...said.redis, folder: logs, isReady: isReady.redis }),
  ])
  const MEDIA_DIR = path.join(folder, 'media')
  const env = { ...variables(said.secrets), MEDIA_DIR, DATABASE_URL: said.mysql.url, REDIS_URL: said.redis.url }
  return { mysql, redis, mysqlUrl: said.mysql.url, redisUrl: said.redis.url, env }
}

function variables({ SANDBOX_APP_SECRET = '', SANDBOX_CLAUDE_KEY = '', ...secrets }: Record<string, string>) {
  const own = { APP_ENV: 'test', SANDBOX: 'off', INSTAGRAM_APP_SECRET: SANDBOX_APP_SECRET }
  return { ...secrets, ...own, ANTHROPIC_API_KEY: SANDBOX_CLAUDE_KEY }
}

async function answersSql(url: string): Promise<boolean> {
  try {
    const connection = await createConnection({ uri: url, connectTimeout: 2000 })
    await connection.query('SELECT 1')
    connection.destroy()
    return true
  } catch {
    return false
  }
}

async function answersPing(url: string): Promise<boolean> {
  const redis = new Redis(url, { retryStrategy: () => null, maxRetriesPerRequest: 0, commandTimeout: 2000 })
  redis.on('error', () => undefined)
  try {
    return (await redis.ping()) === 'PONG'
  } catch {
    return false
  } finally {
    redis.disconnect()
  }
}
