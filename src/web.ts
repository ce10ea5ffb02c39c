import type { Hono } from 'hono'
import type { Database } from '#db/client.ts'
import { createReads } from '#db/console.ts'
import { createAuditReads } from '#db/console-audit.ts'
import { storeDeliveries } from '#db/deliveries.ts'
import { isSchemaCurrent } from '#db/migrate.ts'
import { readReach } from '#db/reach.ts'
import type { Platform } from '#src/domain/platform.ts'
import type { Report } from '#src/domain/report.ts'
import { errorFields, type Log } from '#src/observability/logger.ts'
import { createApp, type Doors } from './app.ts'
import type { Config } from './config.ts'
import { createConsole } from './console/console.tsx'
import type { ConsoleDeps } from './console/deps.ts'
import { createAddresses } from './flow/addresses.ts'
import { createAnswer, createModerate } from './flow/answer.ts'
import { createApproveMany } from './flow/approve-many.ts'
import { createAssign } from './flow/assign.ts'
import { createBeginLogin } from './flow/begin-login.ts'
import { createChooseAccounts } from './flow/choose-accounts.ts'
import { createConfigure } from './flow/configure.ts'
import { createConnectToken } from './flow/connect-token.ts'
import { createDeauthorize } from './flow/deauthorize.ts'
import { createDesk } from './flow/desk.ts'
import { createDoctor } from './flow/doctor.ts'
import { createExportAudit } from './flow/export-audit.ts'
import { createNoteInsight } from './flow/export-insight.ts'
import { createFinishLogin } from './flow/finish-login.ts'
import { createOpenMedia } from './flow/open-media.ts'
import { createPacedDecide } from './flow/paced-decide.ts'
import { createPaste } from './flow/paste.ts'
import { createDismiss, createRedraft, createUndo } from './flow/recall.ts'
import { createReconcile } from './flow/reconcile.ts'
import { createDeletionState, createRequestDeletion } from './flow/request-deletion.ts'
import { createDecide } from './flow/review.ts'
import { createViews } from './flow/views.ts'
import { clientAddress } from './http/address.ts'
import { createHealth } from './http/health.ts'
import { createHostile } from './http/hostile.ts'
import { limitRate } from './http/rate.ts'
import { createSecurityTxt } from './http/security-txt.ts'
import type { Lanes } from './limits/lanes.ts'
import { type Counter, createRates, type Rate } from './limits/rates.ts'
import { createFolder } from './media/store.ts'
import { createAdapters } from './platforms/adapters.ts'
import { createLogins } from './platforms/logins.ts'
import { createMetaQuestions } from './platforms/meta/questions.ts'
import { isVerifyToken, type LabelledSecret, matchSignature } from './platforms/meta/signature.ts'
import { readSignedRequest } from './platforms/meta/signed-request.ts'
import { type Bell, PREFIX } from './queues/bell.ts'
import type { RedisLook } from './queues/facts.ts'
import type { LiveEvent, Publish } from './queues/live.ts'
import { createApprovalSigner } from './vault/approvals.ts'
import { createCheckpointSigner } from './vault/checkpoints.ts'
import { createKeyring } from './vault/keyring.ts'
import { buildApi, buildOutside, type Outside } from './web-api.ts'
import { buildPeople } from './web-people.ts'
import { createAcceptor } from './webhooks/acceptor.ts'
import { createCompliance } from './webhooks/compliance.ts'
import { createReceiver } from './webhooks/receiver.ts'

export interface WebParts {
  config: Config['web']
  db: Database
  bell: Bell
  lanes: Pick<Lanes, 'add'>
  /** Counts requests over all web processes; in this one alone when absent. */
  rates?: (rate: Rate) => Counter
  publish: Publish
  /** Calls the listener for each change until the answer is called. */
  live: (listener: (event: LiveEvent) => void) => () => void
  ping: () => Promise<unknown>
  /** The same Redis, for a look at its settings. */
  redisLook: RedisLook
  /** Whether Redis answers, as its connection knows it. */
  isRedisHere: () => boolean
  log: Log
  now: () => Date
  /** Takes what has to be done before the process ends. */
  onClose?: (name: string, close: () => Promise<void>) => void
}

const REDIS_AWAY =
  'Redis is away: messages are still accepted and decisions kept, but drafting and sending wait for it.'

/** The web process without its sockets: verbs built once and handed to the doors. */
export function createWeb(parts: WebParts): Hono {
  const { config, db, log, ping, now } = parts
  const outside = buildOutside(parts)
  const people = buildPeople(parts)
  const rates = parts.rates ?? createRates(undefined, PREFIX)
  const counters = countersOf(config, rates)
  const byAddress = (counter: Counter) => limitRate((c) => ({ counter, key: clientAddress(c) }))
  return createApp({
    log,
    guard: {
      ...config,
      refuseHostile: buildHostile(parts, counters.offences),
      limitHealth: byAddress(counters.health),
      limitPublic: byAddress(counters.address),
    },
    securityTxt: createSecurityTxt({ contact: config.securityContact, publicUrl: config.publicUrl, now }),
    health: createHealth({
      mysql: () => isSchemaCurrent(db),
      redis: async () => (await ping()) === 'PONG',
    }),
    webhooks: buildReceivers(parts),
    compliance: buildCompliance(parts),
    api: buildApi(parts, { ...outside, signIn: people.signIn, counters }),
    console: buildConsole(parts, { ...outside, counters, people }),
  })
}

/** Who is counted how. Health checks and assets answer from memory or nearly so, and are counted in this process alone. */
function countersOf({ rateLimitPerMinute }: Config['web'], rates: (rate: Rate) => Counter) {
  const here = createRates(undefined, PREFIX)
  return {
    address: rates({ name: 'address', max: rateLimitPerMinute, windowS: 60 }),
    key: rates({ name: 'key', max: rateLimitPerMinute, windowS: 60 }),
    // Twenty a second: more than anybody works, and than a page refreshes itself.
    session: rates({ name: 'session', max: 1200, windowS: 60 }),
    offences: rates({ name: 'offences', max: 19, windowS: 600 }),
    health: here({ name: 'health', max: 6000, windowS: 60 }),
    assets: here({ name: 'assets', max: 1200, windowS: 60 }),
  }
}

function buildHostile({ config, db, log, now }: WebParts, offences: Counter) {
  const { blockedAddresses, trustedProxies } = config
  const addresses = createAddresses({ db, now })
  return createHostile({
    ...{ blockedAddresses, trustedProxies, now },
    listBlocks: addresses.list,
    isOneTooMany: async (network) => !(await offences.take(network)).allowed,
    block: async (network, reason) => {
      const address = network.replace(/\/64$/, '')
      const block = await addresses.block({ address, reason, hours: 1 })
      log.warn({ event: 'address.blocked', network, reason }, 'security')
      return block
    },
    reportError: (error) => log.warn({ error: errorFields(error) }, 'blocked addresses could not be read'),
  })
}

/** One acceptor for all doors: what arrives together is stored together. */
function buildReceivers({ config, db, bell, log, now }: WebParts): Doors['webhooks'] {
  const accept = createAcceptor({
    storeDeliveries: (deliveries) => storeDeliveries(db, deliveries),
    ring: (ids) => (ids.length === 0 ? Promise.resolve() : bell.inbox(ids)),
    keepBodies: (bodies) => bell.keepBodies(bodies),
    log,
    now,
  })
  const receiver = (source: Platform, secrets: () => LabelledSecret[]) =>
    createReceiver({
      source,
      matchSignature: (body, header) => matchSignature(body, header, secrets()),
      isVerifyToken: (given) => isVerifyToken(given, config.webhookVerifyToken),
      accept,
      log,
      now,
    })
  return {
    // An Instagram account that is linked to a Page is signed for like the Page.
    instagram: receiver('instagram', () => [...config.instagramAppSecrets, ...config.metaAppSecrets]),
    messenger: receiver('messenger', () => config.metaAppSecrets),
  }
}

function buildCompliance({ config, db, publish, log, now }: WebParts) {
  const secrets = () => [...config.instagramAppSecrets, ...config.metaAppSecrets]
  return createCompliance({
    readSignedRequest: (text) => readSignedRequest(text, secrets(), now()),
    deauthorize: createDeauthorize({ db, publish, now }),
    requestDeletion: createRequestDeletion({ db, publish, now }).fromMeta,
    deletionState: createDeletionState({ db }),
    publicUrl: config.publicUrl,
    log,
  })
}

/** It holds what the command line does not, but opens no token. Whoever asks while it looks gets the same answer. */
export function buildDoctor({ config, db, redisLook, now }: WebParts): () => Promise<Report> {
  const { publicUrl, sandbox, graphApiVersion, instagramAppId, metaAppId } = config
  const examine = () =>
    createDoctor({
      ...{ db, redis: redisLook, now, publicUrl, sandbox, graphApiVersion, instagramAppId, metaAppId },
      meta: createMetaQuestions(config),
      metaAppSecret: config.metaAppSecrets[0]?.secret,
      instagramAppSecrets: config.instagramAppSecrets.map(({ secret }) => secret),
      verifyToken: config.webhookVerifyToken,
      hasKeys: true,
    })()
  let looking: Promise<Report> | undefined
  return () => {
    looking ??= examine().finally(() => {
      looking = undefined
    })
    return looking
  }
}

interface Within extends Outside {
  counters: ReturnType<typeof countersOf>
  people: ReturnType<typeof buildPeople>
}

function buildConsole(parts: WebParts, { keys, vouch, counters, people }: Within) {
  const { config, db, bell, lanes, publish, live, isRedisHere, log, now } = parts
  const review = { db, bell, lanes, publish, now, sign: createApprovalSigner(config.approvalSigningKey) }
  const decide = createDecide(review)
  const { publicUrl, sandbox, sandboxUrl } = config
  return createConsole({
    reads: (reach) => createReads(db, reach),
    reachOf: (id) => readReach(db, id),
    examine: buildDoctor(parts),
    review: {
      decide: createPacedDecide({ db, now, decide }),
      approveMany: createApproveMany({ db, decide }),
      answer: createAnswer(review),
      moderate: createModerate(review),
      redraft: createRedraft(review),
      dismiss: createDismiss(review),
      undo: createUndo(review),
      settle: createReconcile({ db, publish, now }).settle,
    },
    desk: createDesk({ db, publish, now }),
    views: createViews({ db, now }),
    configure: {
      ...createConfigure({ db, lanes, publish, now }),
      eraseContact: createRequestDeletion({ db, publish, now }).byOperator,
    },
    record: buildRecord(parts),
    connect: buildConnect(parts),
    assign: createAssign({ db, publish, now }),
    keys,
    bearerOf: vouch,
    ...people,
    openMedia: createOpenMedia({ db, store: createFolder(config.mediaDir) }),
    counters,
    live,
    reportError: (error) => log.error({ error: errorFields(error) }, 'page failed'),
    troubles: () => (isRedisHere() ? [] : [REDIS_AWAY]),
    config: { publicUrl, sandbox, sandboxUrl, now },
  })
}

function buildRecord({ config, db, now }: WebParts): ConsoleDeps['record'] {
  const { isSigned } = createCheckpointSigner(config.auditSigningKey, config.auditPublicKeys)
  return {
    ...createAuditReads(db, isSigned),
    export: createExportAudit({ db, now }),
    noteInsight: createNoteInsight({ db, now }),
  }
}

/** The token of a new account is opened nowhere but in here, and only until it is connected. */
function buildConnect({ config, db, publish, log, now }: WebParts): ConsoleDeps['connect'] {
  const { publicUrl, sessionSecret: pepper, appSecretKey } = config
  const keyring = createKeyring(appSecretKey, now)
  const logins = createLogins(config)
  const connectToken = createConnectToken({ db, keyring, adapters: createAdapters(config), publish, now })
  const tellSecurity = (said: object) => log.warn(said, 'security')
  const deps = { db, pepper, logins, publicUrl, now, keyring, connectToken, tellSecurity }
  const lacksOf = (platform: Platform) => {
    const login = logins[platform]
    return 'lacks' in login ? login.lacks : undefined
  }
  return {
    lacks: { instagram: lacksOf('instagram'), messenger: lacksOf('messenger') },
    ...createBeginLogin(deps),
    finish: createFinishLogin(deps),
    ...createChooseAccounts(deps),
    withToken: createPaste(deps),
  }
}
