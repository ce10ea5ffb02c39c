/*
 * The background process. Its roles are its arguments: `drafting` reads what arrived, drafts and sweeps, and holds the key
 * for Claude; `sending` opens tokens, and holds the keys for that; `media` fetches the files that came with messages, and
 * holds neither. None can do another's part.
 */
import { randomUUID } from 'node:crypto'
import { connect } from '#db/client.ts'
import { configOrExit, createClosers, exitOnLostErrors } from '#src/composition.ts'
import type { Config } from '#src/config.ts'
import { catchUpRules } from '#src/domain/catch-up.ts'
import { platforms } from '#src/domain/platform.ts'
import { createDraftReply, createEstimate } from '#src/drafting/claude.ts'
import { createCatchUp } from '#src/flow/catch-up.ts'
import { createDraft } from '#src/flow/draft.ts'
import { createErase } from '#src/flow/erase.ts'
import { createIdentify } from '#src/flow/identify.ts'
import { createKeepMedia } from '#src/flow/keep-media.ts'
import { createKeepSubscribed } from '#src/flow/keep-subscribed.ts'
import { createLearnMention } from '#src/flow/learn-mention.ts'
import { restorePauses } from '#src/flow/pause.ts'
import { createReadBack } from '#src/flow/read-back.ts'
import { createReceive } from '#src/flow/receive.ts'
import { createRenew } from '#src/flow/renew.ts'
import { createSecretAges } from '#src/flow/secret-ages.ts'
import { createSend } from '#src/flow/send.ts'
import { createSweep } from '#src/flow/sweep.ts'
import { createSweepMedia } from '#src/flow/sweep-media.ts'
import { createLanes } from '#src/limits/lanes.ts'
import { createLimiter } from '#src/limits/slots.ts'
import { createDownload } from '#src/media/download.ts'
import { createFolder } from '#src/media/store.ts'
import { createLogger } from '#src/observability/logger.ts'
import { createAdapters } from '#src/platforms/adapters.ts'
import { createBell, PREFIX } from '#src/queues/bell.ts'
import { createPublisher, createWaker } from '#src/queues/live.ts'
import { connectProducer, connectWorker } from '#src/queues/redis.ts'
import { createApprovalChecker } from '#src/vault/approvals.ts'
import { createKeyring } from '#src/vault/keyring.ts'
import { runContacts } from './contacts.ts'
import { runCredentials } from './credentials.ts'
import { runDraft } from './draft.ts'
import { runInbox } from './inbox.ts'
import { runMedia } from './media.ts'
import { runMentions } from './mentions.ts'
import { runOutbox } from './outbox.ts'
import { runReconcile } from './reconcile.ts'
import { runSubscriptions } from './subscriptions.ts'
import { runSweep } from './sweep.ts'

const EX_USAGE = 2
const CLOSE_MS = 14_000
const SECRETS_EVERY_MS = 3_600_000

const starters = { drafting: startDrafting, sending: startSending, media: startMedia }
const roles = process.argv.slice(2)
const closers = createClosers()

if (roles.length === 0 || !roles.every((role) => role in starters)) {
  process.stderr.write(`Name the roles to run: ${Object.keys(starters).join(', ')}\n`)
  process.exit(EX_USAGE)
}
await Promise.all([...new Set(roles)].map((role) => starters[role as keyof typeof starters]()))

async function startDrafting(): Promise<void> {
  const config = await configOrExit('drafting')
  const { db, bell, hasKeptBodies, redis, publish, now, workers } = open(config, 'drafting')
  const { anthropicApiKey: apiKey, anthropicBaseUrl: baseUrl, claudeModel: model, claudeEffort: effort } = config
  const draftReply = createDraftReply({ apiKey, model, effort, ...(baseUrl && { baseUrl }) })
  const draft = createDraft({ db, draftReply, estimate: createEstimate({ model }), publish, now })
  const sweep = createSweep({ db, bell, lanes: createLanes(redis, PREFIX), publish, now, holder: randomUUID() })
  closers.add('inbox', ...closing(runInbox({ ...workers, receive: createReceive({ db, bell, publish, now }) })))
  closers.add('draft', ...closing(runDraft({ ...workers, concurrency: 50, draft })))
  closers.add('sweep', ...closing(runSweep({ log: workers.log, sweep })))
  if (!config.sandbox) {
    const ages = createSecretAges({
      db,
      stage: config.appEnv,
      secrets: [{ name: 'ANTHROPIC_API_KEY', secret: apiKey }],
      now,
    })
    closers.add('secret ages', ...closing(runSweep({ log: workers.log, sweep: ages, everyMs: SECRETS_EVERY_MS })))
  }
  const erase = createErase({ db, hasKeptBodies, publish, now, holder: randomUUID() })
  closers.add('erase', ...closing(runSweep({ log: workers.log, sweep: erase })))
  workers.log.info({ role: 'drafting' }, 'working')
}

async function startSending(): Promise<void> {
  const config = await configOrExit('sending')
  const { db, bell, redis, publish, now, workers } = open(config, 'sending')
  const adapters = createAdapters(config)
  const keyring = createKeyring(config.appSecretKey)
  const limiter = createLimiter(redis, PREFIX, { restore })
  function restore(): Promise<void> {
    return restorePauses({ db, limiter, now })
  }
  const isApproved = createApprovalChecker(config.approvalPublicKey)
  const lanes = createLanes(redis, PREFIX, { restore })
  const parts = { db, keyring, adapters, limiter, lanes, bell, publish, now }
  const send = createSend({ ...parts, isApproved })
  const woken = createWaker(connectWorker(config.redisUrl.reveal()))
  closers.add('waker', woken, woken.close)
  for (const platform of platforms) {
    const outbox = runOutbox({ platform, lanes, woken: woken.on, send, log: workers.log })
    closers.add(`outbox.${platform}`, ...closing(outbox))
  }
  closers.add('reconcile', ...closing(runReconcile({ ...workers, reconcile: createReadBack(parts) })))
  closers.add('contacts', ...closing(runContacts({ ...workers, identify: createIdentify(parts) })))
  closers.add('mentions', ...closing(runMentions({ ...workers, learn: createLearnMention(parts) })))
  closers.add('credentials', ...closing(runCredentials({ ...workers, renew: createRenew(parts) })))
  const keepSubscribed = createKeepSubscribed(parts)
  closers.add('subscriptions', ...closing(runSubscriptions({ ...workers, keepSubscribed })))
  const catchUp = runSweep({ log: workers.log, sweep: createCatchUp(parts), everyMs: catchUpRules.everyMs })
  closers.add('catch up', ...closing(catchUp))
  workers.log.info({ role: 'sending' }, 'working')
}

async function startMedia(): Promise<void> {
  const config = await configOrExit('media')
  const { db, bell, publish, now, workers } = open(config, 'media')
  const store = createFolder(config.mediaDir)
  const keep = createKeepMedia({ db, download: createDownload({ origin: config.mediaOrigin }), store, publish, now })
  closers.add('media', ...closing(runMedia({ ...workers, keep })))
  const sweep = createSweepMedia({
    ...{ db, bell, store, publish, now },
    keepDays: config.mediaDays,
    holder: randomUUID(),
  })
  closers.add('sweep', ...closing(runSweep({ log: workers.log, sweep })))
  workers.log.info({ role: 'media' }, 'working')
}

/** What all roles need; the stores are opened once for each. */
function open(config: Config['drafting' | 'sending' | 'media'], name: string) {
  const log = createLogger({ level: config.logLevel, pretty: process.stdout.isTTY, process: name })
  exitOnLostErrors(log)
  const mysql = connect(config.databaseUrl.reveal(), { connectionLimit: 20 })
  const db = closers.add('mysql', mysql.db, mysql.close)
  const redis = connectProducer(config.redisUrl.reveal())
  closers.add('redis', redis, () => redis.quit())
  const connection = connectWorker(config.redisUrl.reveal())
  closers.add('worker redis', connection, async () => connection.disconnect())
  const { bell, hasKeptBodies, close } = createBell(redis)
  closers.add('queues', bell, close)
  closers.onSignal(log, CLOSE_MS)
  const publish = createPublisher(redis)
  return { db, bell, hasKeptBodies, redis, publish, now: () => new Date(), workers: { connection, log } }
}

function closing<T extends { close(): Promise<unknown> }>(worker: T): [T, () => Promise<unknown>] {
  return [worker, () => worker.close()]
}
