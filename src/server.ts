import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import type { Server } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import { connect, type Database } from '#db/client.ts'
import { createAuditSink } from '#src/observability/audit-sink.ts'
import { createLogger } from '#src/observability/logger.ts'
import { runSweep } from '#workers/sweep.ts'
import { createClosers, exitOnLostErrors, openConfigOrExit } from './composition.ts'
import { heldSecrets } from './config.ts'
import { createFollowAudit } from './flow/follow-audit.ts'
import { createRemind } from './flow/remind.ts'
import { createSecretAges } from './flow/secret-ages.ts'
import { createSignAudit } from './flow/sign-audit.ts'
import { createTell } from './flow/tell.ts'
import { HEADERS_MAX, serverOptions } from './http/server-options.ts'
import { createLanes } from './limits/lanes.ts'
import { createRates } from './limits/rates.ts'
import { createMailer } from './notify/mail.ts'
import { createWebhook } from './notify/webhook.ts'
import { createBell, PREFIX } from './queues/bell.ts'
import { createRedisLook } from './queues/facts.ts'
import { createHub, createPublisher, type Publish } from './queues/live.ts'
import { createPresence } from './queues/presence.ts'
import { connectProducer, connectWorker } from './queues/redis.ts'
import { createCheckpointSigner } from './vault/checkpoints.ts'
import { createWeb } from './web.ts'

const EX_CONFIG = 78
const CLOSE_MS = 9000
const SIGN_EVERY_MS = 5000
const FOLLOW_EVERY_MS = 1000
const SECRETS_EVERY_MS = 3_600_000
const REMIND_EVERY_MS = 30_000
const TELL_EVERY_MS = 5000

const { config, isSecretsHere } = await openConfigOrExit('web')
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

  const publish = createPublisher(redis)
  closers.add('audit', ...keepRecord(db, publish))
  closers.add('reminders', ...keepReminding(db, publish))
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
    rates: createRates(redis, PREFIX),
    publish,
    presence: createPresence({ redis, prefix: PREFIX, publish, now }),
    live: createHub(listening),
    ping: () => redis.ping(),
    redisLook: createRedisLook(redis),
    isRedisHere: () => redis.status === 'ready',
    isSecretsHere,
    log,
    now,
    onClose: (name, close) => void closers.add(name, close, close),
  })
  const server = await listen(createAdaptorServer({ fetch: app.fetch, serverOptions }) as Server)
  closers.add('server', server, () => stop(server))
  closers.onSignal(log, CLOSE_MS)
}

/** The audit log is signed here and nowhere else, and carried to where it is kept a second time. */
function keepRecord(db: Database, publish: Publish): [object, () => Promise<unknown>] {
  const now = () => new Date()
  const signer = createCheckpointSigner(config.auditSigningKey, config.auditPublicKeys)
  const sign = createSignAudit({
    ...{ db, publish, now, ...signer },
    tell: (signed) => log.info(signed, 'audit signed'),
  })
  const rounds = [runSweep({ log, sweep: sign, everyMs: SIGN_EVERY_MS })]
  if (config.auditSink.kind !== 'off') {
    const follow = createFollowAudit({ db, sink: createAuditSink(config.auditSink), now, holder: randomUUID() })
    rounds.push(runSweep({ log, sweep: follow, everyMs: FOLLOW_EVERY_MS }))
  }
  return [rounds, () => Promise.all(rounds.map((round) => round.close()))]
}

/** People are told of conversations that wait too long: in the console, and wherever else it is wished. */
function keepReminding(db: Database, publish: Publish): [object, () => Promise<unknown>] {
  const now = () => new Date()
  const { smtpUrl, mailFrom, notifyWebhookUrl: url, notifyWebhookSecret: secret, publicUrl } = config
  const mail = smtpUrl && mailFrom ? createMailer({ url: smtpUrl, from: mailFrom }) : undefined
  const webhook = url && secret ? createWebhook({ url, secret, now }) : undefined
  const quiet = config.quietHours && { ...config.quietHours, zone: config.quietZone }
  const channels = [...(mail ? ['mail' as const] : []), ...(webhook ? ['webhook' as const] : [])]
  const remind = createRemind({ db, channels, quiet, publish, now })
  const tell = createTell({ db, mail, webhook, publicUrl, publish, now })
  const rounds = [
    runSweep({ log, sweep: remind, everyMs: REMIND_EVERY_MS }),
    runSweep({ log, sweep: tell, everyMs: TELL_EVERY_MS }),
  ]
  return [rounds, () => Promise.all(rounds.map((round) => round.close()))]
}

async function listen(server: Server): Promise<Server> {
  server.maxHeadersCount = HEADERS_MAX
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
