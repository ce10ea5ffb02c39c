import type { Hono } from 'hono'
import type { Database } from '#db/client.ts'
import { storeDeliveries } from '#db/deliveries.ts'
import { isSchemaCurrent } from '#db/migrate.ts'
import type { Platform } from '#src/domain/platform.ts'
import { errorFields, type Log } from '#src/observability/logger.ts'
import { createApp, type Doors } from './app.ts'
import type { Config } from './config.ts'
import { createAddresses } from './flow/addresses.ts'
import { createDeauthorize } from './flow/deauthorize.ts'
import { createDeletionState, createRequestDeletion } from './flow/request-deletion.ts'
import { clientAddress } from './http/address.ts'
import { createHealth } from './http/health.ts'
import { createHostile } from './http/hostile.ts'
import { limitRate } from './http/rate.ts'
import { createSecurityTxt } from './http/security-txt.ts'
import type { Lanes } from './limits/lanes.ts'
import { type Counter, createRates, type Rate } from './limits/rates.ts'
import { isVerifyToken, type LabelledSecret, matchSignature } from './platforms/meta/signature.ts'
import { readSignedRequest } from './platforms/meta/signed-request.ts'
import { type Bell, PREFIX } from './queues/bell.ts'
import type { RedisLook } from './queues/facts.ts'
import type { LiveEvent, Publish } from './queues/live.ts'
import type { Presence } from './queues/presence.ts'
import { buildApi, buildOutside } from './web-api.ts'
import { buildConsole } from './web-console.ts'
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
  /** Nobody is anywhere when absent. */
  presence?: Presence
  /** Calls the listener for each change until the answer is called. */
  live: (listener: (event: LiveEvent) => void) => () => void
  ping: () => Promise<unknown>
  /** The same Redis, for a look at its settings. */
  redisLook: RedisLook
  /** Whether Redis answers, as its connection knows it. */
  isRedisHere: () => boolean
  /** Whether the backend of the secrets answered when it was last asked; absent where none is asked. */
  isSecretsHere?: (() => boolean) | undefined
  log: Log
  now: () => Date
  /** Takes what has to be done before the process ends. */
  onClose?: (name: string, close: () => Promise<void>) => void
}

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
      signIn: outside.isSignInHere,
      secrets: parts.isSecretsHere,
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
