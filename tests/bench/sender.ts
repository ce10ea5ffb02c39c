/* The sending worker from its own parts, with windows so wide that no limit is ever met. The limiter itself still runs. */
import { connect } from '#db/client.ts'
import { readConfig } from '#src/config.ts'
import { limits } from '#src/domain/limit.ts'
import { createSend } from '#src/flow/send.ts'
import { createLanes } from '#src/limits/lanes.ts'
import { createLimiter } from '#src/limits/slots.ts'
import { createLogger } from '#src/observability/logger.ts'
import { createInstagramAdapter } from '#src/platforms/instagram/index.ts'
import { createMessengerAdapter } from '#src/platforms/messenger/index.ts'
import { createBell, PREFIX } from '#src/queues/bell.ts'
import { createPublisher, createWaker } from '#src/queues/live.ts'
import { connectProducer, connectWorker } from '#src/queues/redis.ts'
import { createApprovalChecker } from '#src/vault/approvals.ts'
import { createKeyring } from '#src/vault/keyring.ts'
import { runOutbox } from '#workers/outbox.ts'

const WIDE = 1_000_000

const config = readConfig(process.env, 'sending')
const log = createLogger({ level: config.logLevel, pretty: false, process: 'sending' })
const { db } = connect(config.databaseUrl.reveal(), { connectionLimit: 20 })
const redis = connectProducer(config.redisUrl.reveal())
await new Promise((resolve) => redis.once('ready', resolve))
const { instagramGraphUrl: graphUrl, graphApiVersion } = config
const send = createSend({
  db,
  keyring: createKeyring(config.appSecretKey),
  isApproved: createApprovalChecker(config.approvalPublicKey),
  adapters: {
    instagram: createInstagramAdapter({ graphUrl, graphApiVersion }),
    messenger: createMessengerAdapter({ graphUrl, graphApiVersion }),
  },
  limiter: createLimiter(redis, PREFIX),
  bell: createBell(redis).bell,
  publish: createPublisher(redis),
  now: () => new Date(),
})
const wide = limits.instagram.send.map((window) => ({ ...window, max: WIDE }))
const worker = runOutbox({
  platform: 'instagram',
  lanes: createLanes(redis, PREFIX, { rules: { ...limits, instagram: { send: wide } } }),
  woken: createWaker(connectWorker(config.redisUrl.reveal())).on,
  send,
  log,
})
process.once('SIGTERM', () => void worker.close().finally(() => process.exit(0)))
process.stdout.write('{"msg":"working"}\n')
