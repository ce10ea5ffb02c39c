import { createReads } from '#db/console.ts'
import { createAuditReads } from '#db/console-audit.ts'
import { readReach } from '#db/reach.ts'
import type { Platform } from '#src/domain/platform.ts'
import type { Report } from '#src/domain/report.ts'
import { errorFields } from '#src/observability/logger.ts'
import { createConsole } from './console/console.tsx'
import type { ConsoleDeps } from './console/deps.ts'
import { createAnswer, createModerate } from './flow/answer.ts'
import { createApproveMany } from './flow/approve-many.ts'
import { createAssign } from './flow/assign.ts'
import { createBeginLogin } from './flow/begin-login.ts'
import { createBringBack } from './flow/bring-back.ts'
import { createChooseAccounts } from './flow/choose-accounts.ts'
import { createConfigure } from './flow/configure.ts'
import { createConnectToken } from './flow/connect-token.ts'
import { createDesk } from './flow/desk.ts'
import { createDoctor } from './flow/doctor.ts'
import { createExportAudit } from './flow/export-audit.ts'
import { createExportContact } from './flow/export-contact.ts'
import { createNoteInsight } from './flow/export-insight.ts'
import { createFinishLogin } from './flow/finish-login.ts'
import { createOpenMedia } from './flow/open-media.ts'
import { createPacedDecide } from './flow/paced-decide.ts'
import { createPaste } from './flow/paste.ts'
import { createNamedPresence } from './flow/presence.ts'
import { createDismiss, createRedraft, createUndo } from './flow/recall.ts'
import { createReconcile } from './flow/reconcile.ts'
import { createRequestDeletion } from './flow/request-deletion.ts'
import { createDecide } from './flow/review.ts'
import { createRules } from './flow/rules.ts'
import { createViews } from './flow/views.ts'
import { createFolder } from './media/store.ts'
import { createAdapters } from './platforms/adapters.ts'
import { createLogins } from './platforms/logins.ts'
import { createMetaQuestions } from './platforms/meta/questions.ts'
import { nobody } from './queues/presence.ts'
import { createApprovalSigner } from './vault/approvals.ts'
import { createCheckpointSigner } from './vault/checkpoints.ts'
import { createKeyring } from './vault/keyring.ts'
import type { WebParts } from './web.ts'
import type { Outside } from './web-api.ts'
import type { buildPeople } from './web-people.ts'

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
  counters: NonNullable<ConsoleDeps['counters']>
  people: ReturnType<typeof buildPeople>
}

export function buildConsole(parts: WebParts, { keys, vouch, counters, people }: Within) {
  const { config, db, bell, lanes, publish, live, presence = nobody, isRedisHere, log, now } = parts
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
      bringBack: createBringBack(review),
      settle: createReconcile({ db, publish, now }).settle,
    },
    desk: createDesk({ db, publish, now }),
    views: createViews({ db, now }),
    configure: {
      ...createConfigure({ db, lanes, publish, now }),
      eraseContact: createRequestDeletion({ db, publish, now }).byOperator,
    },
    rules: createRules({ db, publish, now }),
    contacts: { export: createExportContact({ db, now }) },
    record: buildRecord(parts),
    connect: buildConnect(parts),
    assign: createAssign({ db, publish, now }),
    keys,
    bearerOf: vouch,
    ...people,
    openMedia: createOpenMedia({ db, store: createFolder(config.mediaDir) }),
    counters,
    live,
    presence: createNamedPresence({ db, presence }),
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

const REDIS_AWAY =
  'Redis is away: messages are still accepted and decisions kept, but drafting and sending wait for it.'
