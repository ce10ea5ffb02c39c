import type { Hono } from 'hono'
import type { Database } from '#db/client.ts'
import { createReads } from '#db/console.ts'
import { storeDeliveries } from '#db/deliveries.ts'
import { isSchemaCurrent } from '#db/migrate.ts'
import type { Platform } from '#src/domain/platform.ts'
import type { Report } from '#src/domain/report.ts'
import { errorFields, type Log } from '#src/observability/logger.ts'
import { createApp, type Doors } from './app.ts'
import type { Config } from './config.ts'
import { createConsole } from './console/console.tsx'
import type { ConsoleDeps } from './console/deps.ts'
import { createAnswer, createModerate } from './flow/answer.ts'
import { createApproveMany } from './flow/approve-many.ts'
import { createBeginLogin } from './flow/begin-login.ts'
import { createChooseAccounts } from './flow/choose-accounts.ts'
import { createConfigure } from './flow/configure.ts'
import { createConnectToken } from './flow/connect-token.ts'
import { createDeauthorize } from './flow/deauthorize.ts'
import { createDesk } from './flow/desk.ts'
import { createDoctor } from './flow/doctor.ts'
import { createFinishLogin } from './flow/finish-login.ts'
import { createOpenMedia } from './flow/open-media.ts'
import { createPacedDecide } from './flow/pace.ts'
import { createPaste } from './flow/paste.ts'
import { createDismiss, createRedraft, createUndo } from './flow/recall.ts'
import { createReconcile } from './flow/reconcile.ts'
import { createDeletionState, createRequestDeletion } from './flow/request-deletion.ts'
import { createDecide } from './flow/review.ts'
import { createSignIn } from './flow/sign-in.ts'
import { createViews } from './flow/views.ts'
import { createHealth } from './http/health.ts'
import type { Lanes } from './limits/lanes.ts'
import { createFolder } from './media/store.ts'
import { createAdapters } from './platforms/adapters.ts'
import { createLogins } from './platforms/logins.ts'
import { createMetaQuestions } from './platforms/meta/questions.ts'
import { isVerifyToken, type LabelledSecret, matchSignature } from './platforms/meta/signature.ts'
import { readSignedRequest } from './platforms/meta/signed-request.ts'
import type { Bell } from './queues/bell.ts'
import type { RedisLook } from './queues/facts.ts'
import type { LiveEvent, Publish } from './queues/live.ts'
import { createApprovalSigner } from './vault/approvals.ts'
import { createKeyring } from './vault/keyring.ts'
import { createAcceptor } from './webhooks/acceptor.ts'
import { createCompliance } from './webhooks/compliance.ts'
import { createReceiver } from './webhooks/receiver.ts'

export interface WebParts {
  config: Config['web']
  db: Database
  bell: Bell
  lanes: Pick<Lanes, 'add'>
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
}

const REDIS_AWAY =
  'Redis is away: messages are still accepted and decisions kept, but drafting and sending wait for it.'

/** The web process without its sockets: verbs built once and handed to the doors. */
export function createWeb(parts: WebParts): Hono {
  const { db, log, ping } = parts
  return createApp({
    log,
    health: createHealth({
      mysql: () => isSchemaCurrent(db),
      redis: async () => (await ping()) === 'PONG',
    }),
    webhooks: buildReceivers(parts),
    compliance: buildCompliance(parts),
    console: buildConsole(parts),
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
  const receiver = (source: Platform, secrets: LabelledSecret[]) =>
    createReceiver({
      source,
      matchSignature: (body, header) => matchSignature(body, header, secrets),
      isVerifyToken: (given) => isVerifyToken(given, config.webhookVerifyToken),
      accept,
      log,
      now,
    })
  return {
    // An Instagram account that is linked to a Page is signed for like the Page.
    instagram: receiver('instagram', [...config.instagramAppSecrets, ...config.metaAppSecrets]),
    messenger: receiver('messenger', config.metaAppSecrets),
  }
}

function buildCompliance({ config, db, publish, log, now }: WebParts) {
  const secrets = [...config.instagramAppSecrets, ...config.metaAppSecrets]
  return createCompliance({
    readSignedRequest: (text) => readSignedRequest(text, secrets, now()),
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
  const examine = createDoctor({
    ...{ db, redis: redisLook, now, publicUrl, sandbox, graphApiVersion, instagramAppId, metaAppId },
    meta: createMetaQuestions(config),
    metaAppSecret: config.metaAppSecrets[0]?.secret,
    instagramAppSecrets: config.instagramAppSecrets.map(({ secret }) => secret),
    verifyToken: config.webhookVerifyToken,
    hasKeys: true,
  })
  let looking: Promise<Report> | undefined
  return () => {
    looking ??= examine().finally(() => {
      looking = undefined
    })
    return looking
  }
}

function buildConsole(parts: WebParts) {
  const { config, db, bell, lanes, publish, live, isRedisHere, log, now } = parts
  const review = { db, bell, lanes, publish, now, sign: createApprovalSigner(config.approvalSigningKey) }
  const decide = createDecide(review)
  const { publicUrl, sandbox, sandboxUrl, sessionSecret } = config
  return createConsole({
    reads: createReads(db),
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
    connect: buildConnect(parts),
    signIn: createSignIn({ db, pepper: sessionSecret, now }),
    openMedia: createOpenMedia({ db, store: createFolder(config.mediaDir) }),
    live,
    reportError: (error) => log.error({ error: errorFields(error) }, 'page failed'),
    troubles: () => (isRedisHere() ? [] : [REDIS_AWAY]),
    config: { publicUrl, sandbox, sandboxUrl, now },
  })
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
