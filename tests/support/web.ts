import { eq } from 'drizzle-orm'
import type { Hono } from 'hono'
import { afterAll } from 'vitest'
import { inTransaction } from '#db/client.ts'
import { operators } from '#db/schema/operators.ts'
import { readConfig } from '#src/config.ts'
import type { Role } from '#src/domain/identity.ts'
import { openSession } from '#src/flow/session.ts'
import { createLanes } from '#src/limits/lanes.ts'
import { createLogger } from '#src/observability/logger.ts'
import { createBell } from '#src/queues/bell.ts'
import { createRedisLook } from '#src/queues/facts.ts'
import { generateApprovalKeys } from '#src/vault/approvals.ts'
import { generateFernetKey } from '#src/vault/keyring.ts'
import { createTickets } from '#src/vault/tickets.ts'
import { createWeb, type WebParts } from '#src/web.ts'
import { buildKeys } from '#src/web-api.ts'
import { aDatabase, aRedis } from '#tests/support/stores.ts'
import { anOperator } from '#tests/support/threads.ts'

const ORIGIN = 'http://localhost:3000'
/** Nobody answers there. */
const NOWHERE = 'http://127.0.0.1:9'

/** The web process as it is composed, over real stores, with nobody outside. */
export async function aWeb({ env = {} }: { env?: Record<string, string> } = {}) {
  const { db, url } = await aDatabase()
  const { redis, prefix, url: redisUrl } = aRedis()
  const lines: string[] = []
  const log = createLogger({ level: 'debug', pretty: false, process: 'web', write: (line) => lines.push(line) })
  const { bell, close } = createBell(redis, prefix)
  const closers: (() => Promise<void>)[] = []
  const settings = {
    DATABASE_URL: url,
    REDIS_URL: redisUrl,
    MEDIA_DIR: '/nowhere',
    APP_SECRET_KEY: generateFernetKey(),
    SESSION_SECRET: 's'.repeat(64),
    APPROVAL_SIGNING_KEY: generateApprovalKeys().privateKey,
    AUDIT_SIGNING_KEY: generateApprovalKeys().privateKey,
    WEBHOOK_VERIFY_TOKEN: 'verify-token-0123',
    INSTAGRAM_APP_SECRET: 'instagram_app_secret',
    INSTAGRAM_GRAPH_URL: NOWHERE,
    META_GRAPH_URL: NOWHERE,
    INSTAGRAM_API_URL: NOWHERE,
    PUBLIC_URL: ORIGIN,
    RATE_LIMIT_PER_MINUTE: '100000',
    ...env,
  }
  const parts: WebParts = {
    config: readConfig(settings, 'web'),
    ...{ db, log, bell, lanes: createLanes(redis, prefix) },
    publish: () => undefined,
    live: () => () => undefined,
    ping: () => redis.ping(),
    redisLook: createRedisLook(redis),
    isRedisHere: () => true,
    now: () => new Date(),
    onClose: (_name, work) => void closers.push(work),
  }
  const app: Hono = createWeb(parts)
  const end = () => Promise.all(closers.map((work) => work()))
  afterAll(async () => {
    await end()
    await close()
  })
  const pepper = parts.config.sessionSecret
  const tickets = createTickets(pepper, parts.now)
  return {
    ...{ app, db, lines, parts, end },
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
