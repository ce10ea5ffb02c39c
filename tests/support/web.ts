import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { createAdaptorServer } from '@hono/node-server'
import { eq } from 'drizzle-orm'
import type { Redis } from 'ioredis'
import { afterAll } from 'vitest'
import { type Database, inTransaction } from '#db/client.ts'
import { operators } from '#db/schema/operators.ts'
import { readConfig } from '#src/config.ts'
import type { Role } from '#src/domain/identity.ts'
import { openSession } from '#src/flow/session.ts'
import { createLanes } from '#src/limits/lanes.ts'
import { createRates } from '#src/limits/rates.ts'
import { createLogger } from '#src/observability/logger.ts'
import { createBell } from '#src/queues/bell.ts'
import { createRedisLook } from '#src/queues/facts.ts'
import { createPresence } from '#src/queues/presence.ts'
import { generateApprovalKeys } from '#src/vault/approvals.ts'
import { generateFernetKey } from '#src/vault/keyring.ts'
import { createTickets } from '#src/vault/tickets.ts'
import { createWeb, type WebParts } from '#src/web.ts'
import { buildKeys } from '#src/web-api.ts'
import { aDatabase, aRedis } from '#tests/support/stores.ts'
import { anOperator } from '#tests/support/threads.ts'

export const APP_SECRET = 'instagram_app_secret'
const ORIGIN = 'http://localhost:3000'
/** Nobody answers there. */
const NOWHERE = 'http://127.0.0.1:9'

interface Stores {
  db: Database
  redis: Redis
  prefix: string
  env?: Record<string, string>
}

/** The web process as it is composed, in this process, over these stores and with nobody outside; lines are what it logs. */
export function webOver({ db, redis, prefix, env = {} }: Stores) {
  const lines: string[] = []
  const closers: (() => Promise<void>)[] = []
  const { bell, close } = createBell(redis, prefix)
  const settings = {
    // The stores are open already.
    DATABASE_URL: 'mysql://app@127.0.0.1/unused',
    REDIS_URL: 'redis://127.0.0.1/0',
    MEDIA_DIR: '/nowhere',
    APP_SECRET_KEY: generateFernetKey(),
    SESSION_SECRET: 's'.repeat(64),
    APPROVAL_SIGNING_KEY: generateApprovalKeys().privateKey,
    AUDIT_SIGNING_KEY: generateApprovalKeys().privateKey,
    WEBHOOK_VERIFY_TOKEN: 'verify-token-0123',
    ...(!env['META_APP_SECRET'] && { INSTAGRAM_APP_SECRET: APP_SECRET }),
    INSTAGRAM_GRAPH_URL: NOWHERE,
    META_GRAPH_URL: NOWHERE,
    INSTAGRAM_API_URL: NOWHERE,
    PUBLIC_URL: ORIGIN,
    ...env,
  }
  const parts: WebParts = {
    config: readConfig(settings, 'web'),
    ...{ db, bell, lanes: createLanes(redis, prefix), rates: createRates(redis, prefix) },
    log: createLogger({ level: 'debug', pretty: false, process: 'web', write: (line) => lines.push(line) }),
    publish: () => undefined,
    presence: createPresence({ redis, prefix, publish: () => undefined, now: () => new Date() }),
    live: () => () => undefined,
    ping: () => redis.ping(),
    redisLook: createRedisLook(redis),
    isRedisHere: () => true,
    now: () => new Date(),
    onClose: (_name, work) => void closers.push(work),
  }
  const app = createWeb(parts)
  const end = () => Promise.all(closers.map((work) => work()))
  afterAll(async () => {
    await end()
    await close()
  })
  /** A request whose socket's other end is this address. */
  const from = (peer: string, path: string, init: RequestInit = {}) => {
    const body = typeof init.body === 'string' ? [Buffer.from(init.body)] : []
    const incoming = Object.assign(Readable.from(body), { socket: { remoteAddress: peer } })
    return app.request(path, init, { incoming })
  }
  return { app, lines, parts, end, from }
}

/** The same over stores of its own, with keys for programs and people to sign in; nobody is counted unless one asks for it. */
export async function aWeb({ env = {} }: { env?: Record<string, string> } = {}) {
  const { db } = await aDatabase()
  const { redis, prefix } = aRedis()
  const web = webOver({ db, redis, prefix, env: { RATE_LIMIT_PER_MINUTE: '100000', ...env } })
  const { parts } = web
  const pepper = parts.config.sessionSecret
  const tickets = createTickets(pepper, parts.now)
  return {
    ...{ ...web, db },
    keys: buildKeys(parts),
    /** The headers of a browser in which somebody with this role is signed in. */
    signIn: async (role: Role) => {
      const operator = await anOperator(db, { role })
      await db.update(operators).set({ totpSince: new Date() }).where(eq(operators.id, operator.id))
      const opening = { operatorId: operator.id, agent: '', withFactor: true, at: new Date() }
      const { access } = await inTransaction(db, (tx) => openSession(tx, { pepper, tickets }, opening))
      return { operator, headers: { cookie: `countersign=${access}`, origin: ORIGIN } }
    },
  }
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
