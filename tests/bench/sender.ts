/* The sending worker from its own parts, with windows so wide that no limit is ever met. The limiter itself still runs. */
import { connect } from '#db/client.ts'
import { readConfig } from '#src/config.ts'
import { createSend } from '#src/flow/send.ts'
import { createLimiter, type Limiter } from '#src/limits/slots.ts'
import { createLogger } from '#src/observability/logger.ts'
import { createInstagramAdapter } from '#src/platforms/instagram/index.ts'
import { createBell, PREFIX } from '#src/queues/bell.ts'
import { createPublisher } from '#src/queues/live.ts'
import { connectProducer, connectWorker } from '#src/queues/redis.ts'
import { createApprovalChecker } from '#src/vault/approvals.ts'
import { createKeyring } from '#src/vault/keyring.ts'
import { runOutbox } from '#workers/outbox.ts'

const WIDE = 1_000_000

const config = readConfig(process.env, 'sending')
const log = createLogger({ level: config.logLevel, pretty: false, process: 'sending' })
const { db } = connect(config.databaseUrl.reveal(), { connectionLimit: 20 })
const redis = connectProducer(config.redisUrl.reveal())
const limiter = createLimiter(redis, PREFIX)
const wide: Limiter = {
  reserve: (request) =>
    limiter.reserve({ ...request, windows: request.windows.map((window) => ({ ...window, max: WIDE })) }),
  pause: (key, until) => limiter.pause(key, until),
}
const { instagramGraphUrl: graphUrl, graphApiVersion } = config
const parts = {
  db,
  keyring: createKeyring(config.appSecretKey),
  isApproved: createApprovalChecker(config.approvalPublicKey),
  adapters: { instagram: createInstagramAdapter({ graphUrl, graphApiVersion }) },
  limiter: wide,
  bell: createBell(redis).bell,
  publish: createPublisher(redis),
  now: () => new Date(),
}
const worker = runOutbox({ connection: connectWorker(config.redisUrl.reveal()), log, send: createSend(parts) })
await worker.waitUntilReady()
process.once('SIGTERM', () => process.exit(0))
process.stdout.write('{"msg":"working"}\n')
