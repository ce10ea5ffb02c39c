import { once } from 'node:events'
import type { Server } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import { connect } from '#db/client.ts'
import { createLogger } from '#src/observability/logger.ts'
import { runSweep } from '#workers/sweep.ts'
import { configOrExit, createClosers, exitOnLostErrors } from './composition.ts'
import { heldSecrets } from './config.ts'
import { createSecretAges } from './flow/secret-ages.ts'
import { createLanes } from './limits/lanes.ts'
import { createBell, PREFIX } from './queues/bell.ts'
import { createRedisLook } from './queues/facts.ts'
import { createHub, createPublisher } from './queues/live.ts'
import { connectProducer, connectWorker } from './queues/redis.ts'
import { createWeb } from './web.ts'

const EX_CONFIG = 78
const CLOSE_MS = 9000
const SECRETS_EVERY_MS = 3_600_000

const config = await configOrExit('web')
const log = createLogger({ level: config.logLevel, pretty: process.stdout.isTTY, process: 'web' })
exitOnLostErrors(log)
await start()

async function start(): Promise<void> {
  const closers = createClosers()
  const { db, close: closeDb } = connect(config.databaseUrl.reveal(), { connectionLimit: 20 })
  closers.add('mysql', db, closeDb)
  const redis = connectProducer(config.redisUrl.reveal())
  closers.add('redis', redis, () => redis.quit())
  const { bell, close: closeQueues } = createBell(redis)
  closers.add('queues', bell, closeQueues)
  const listening = connectWorker(config.redisUrl.reveal())
  closers.add('live', listening, async () => listening.disconnect())

  const now = () => new Date()
  if (!config.sandbox) {
    const secrets = heldSecrets(config, 'web')
    const look = createSecretAges({ db, stage: config.appEnv, secrets, keys: config.appSecretKey, now })
    const ages = runSweep({ log, sweep: look, everyMs: SECRETS_EVERY_MS })
    closers.add('secret ages', ages, () => ages.close())
  }
  const app = createWeb({
    config,
    db,
    bell,
    lanes: createLanes(redis, PREFIX),
    publish: createPublisher(redis),
    live: createHub(listening),
    ping: () => redis.ping(),
    redisLook: createRedisLook(redis),
    isRedisHere: () => redis.status === 'ready',
    log,
    now,
  })
  const server = await listen(createAdaptorServer({ fetch: app.fetch }) as Server)
  closers.add('server', server, () => stop(server))
  closers.onSignal(log, CLOSE_MS)
}

async function listen(server: Server): Promise<Server> {
  // Slow senders are cut off; a proxy's idle connections outlive the usual 60 s.
  Object.assign(server, { headersTimeout: 10_000, requestTimeout: 15_000, keepAliveTimeout: 65_000 })
  const { port, host } = config
  server.listen(port, host)
  try {
    await once(server, 'listening')
  } catch {
    process.stderr.write(`Port ${port} of ${host} cannot be used: set PORT to another number.\n`)
    process.exit(EX_CONFIG)
  }
  log.info({ host, port, publicUrl: config.publicUrl }, 'listening')
  return server
}

/** Answers what has begun; open event streams would never end by themselves. */
async function stop(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.closeIdleConnections()
  setTimeout(() => server.closeAllConnections(), CLOSE_MS / 3).unref()
  await closed
}
