import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { createAdaptorServer } from '@hono/node-server'
import { afterAll } from 'vitest'
import type { Database } from '#db/client.ts'
import { readConfig } from '#src/config.ts'
import { createLanes } from '#src/limits/lanes.ts'
import { createRates } from '#src/limits/rates.ts'
import { createLogger } from '#src/observability/logger.ts'
import { createBell } from '#src/queues/bell.ts'
import { createRedisLook } from '#src/queues/facts.ts'
import { generateApprovalKeys } from '#src/vault/approvals.ts'
import { generateFernetKey } from '#src/vault/keyring.ts'
import { createWeb } from '#src/web.ts'
import { REDIS_URL } from './stores.ts'

export const APP_SECRET = 'instagram_app_secret'

interface Parts {
  db: Database
  redis: Parameters<typeof createRates>[0] & {}
  prefix: string
  env?: Record<string, string>
}

/** The web process as it is composed, in this process; lines are what it logs. */
export function aWeb({ db, redis, prefix, env = {} }: Parts) {
  const lines: string[] = []
  const config = readConfig(
    {
      DATABASE_URL: 'mysql://app@127.0.0.1/unused',
      REDIS_URL,
      MEDIA_DIR: '/nowhere',
      APP_SECRET_KEY: generateFernetKey(),
      SESSION_SECRET: 's'.repeat(64),
      APPROVAL_SIGNING_KEY: generateApprovalKeys().privateKey,
      AUDIT_SIGNING_KEY: generateApprovalKeys().privateKey,
      WEBHOOK_VERIFY_TOKEN: 'verify-token-0123',
      INSTAGRAM_APP_SECRET: APP_SECRET,
      ...env,
    },
    'web',
  )
  const log = createLogger({ level: 'debug', pretty: false, process: 'web', write: (line) => lines.push(line) })
  const { bell, close } = createBell(redis, prefix)
  afterAll(close)
  const app = createWeb({
    ...{ config, db, bell, log },
    lanes: createLanes(redis, prefix),
    rates: createRates(redis, prefix),
    publish: () => undefined,
    live: () => () => undefined,
    ping: () => redis.ping(),
    redisLook: createRedisLook(redis),
    isRedisHere: () => true,
    now: () => new Date(),
  })
  /** A request whose socket's other end is this address. */
  const from = (peer: string, path: string, init: RequestInit = {}) => {
    const body = typeof init.body === 'string' ? [Buffer.from(init.body)] : []
    const incoming = Object.assign(Readable.from(body), { socket: { remoteAddress: peer } })
    return app.request(path, init, { incoming })
  }
  return { app, lines, from }
}

/** Over real HTTP, with the options the process uses, until the file is done. */
export async function served(app: { fetch: Parameters<typeof createAdaptorServer>[0]['fetch'] }, options: object) {
  const server = createAdaptorServer({ fetch: app.fetch, serverOptions: options }) as Server
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}
