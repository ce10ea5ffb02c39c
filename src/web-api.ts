import type { Context } from 'hono'
import { createApiReads } from '#db/api.ts'
import { createReads } from '#db/console.ts'
import { readReach } from '#db/reach.ts'
import { environmentOf } from '#src/domain/api-key.ts'
import type { Reach } from '#src/domain/identity.ts'
import { createApi } from './api/api.ts'
import type { ApiDeps, Person } from './api/deps.ts'
import { createVerify } from './auth/verify.ts'
import type { SignInVerbs } from './console/people-verbs.ts'
import { createAcknowledge } from './flow/acknowledge.ts'
import { createApiKeys } from './flow/api-keys.ts'
import { createKeyUses } from './flow/key-uses.ts'
import type { Session } from './flow/session.ts'
import { createVouch } from './flow/vouch.ts'
import { createSessionCookies } from './http/session.ts'
import type { WebParts } from './web.ts'

/** The verbs about keys, for every door of the web process. */
export function buildKeys({ config, db, now }: WebParts) {
  return createApiKeys({ db, pepper: config.sessionSecret, environment: environmentOf(config), now })
}

/** The session of a token of the service that signs people in, and whether it is there; undefined where they sign in here. */
function buildVouch({ config, db, now }: WebParts) {
  const { authMode, authServiceUrl: url, authServiceSecret: secret } = config
  if (authMode !== 'external' || url === undefined) return undefined
  const { verify, isHere } = createVerify({ url, secret, now })
  return { vouch: createVouch({ db, now, verify }), isHere }
}

/** Those who come with something else than a session of ours; one of each for all doors. */
export interface Outside {
  keys: ReturnType<typeof buildKeys>
  vouch: ReturnType<typeof createVouch> | undefined
}

export function buildOutside(parts: WebParts): Outside & { isSignInHere: (() => boolean) | undefined } {
  const found = buildVouch(parts)
  return { keys: buildKeys(parts), vouch: found?.vouch, isSignInHere: found?.isHere }
}

type Within = Outside & { signIn: Pick<SignInVerbs, 'sessionOf'>; counters: NonNullable<ApiDeps['counters']> }

export function buildApi(parts: WebParts, { keys, vouch, signIn, counters }: Within) {
  const { config, db, publish, log, now, onClose } = parts
  const uses = createKeyUses({ db, now })
  onClose?.('key uses', uses.close)
  return createApi({
    counters,
    reads: createApiReads(db),
    status: (reach) => readStatus(parts, reach),
    acknowledge: createAcknowledge({ db, publish, now }),
    keys,
    noteUse: uses.note,
    sessionOf: sessionOf(parts, signIn),
    bearerOf: vouch && (async (token) => personOf(parts, 'bearer', await vouch(token))),
    tellSecurity: (said) => log.warn(said, 'security'),
    publicUrl: config.publicUrl,
    now,
  })
}

function sessionOf({ config, db }: WebParts, signIn: Within['signIn']) {
  const cookies = createSessionCookies(config.publicUrl)
  return async (c: Context): Promise<Person | undefined> => {
    const found = await signIn.sessionOf(cookies.read(c), { touch: true })
    if (found?.renewed) cookies.write(c, found.renewed)
    return personOf({ db }, 'session', found?.session)
  }
}

async function personOf({ db }: Pick<WebParts, 'db'>, via: Person['via'], session: Session | undefined) {
  if (!session) return undefined
  const { id, role } = session.operator
  const { confirmedAt } = session
  return { kind: 'operator' as const, via, id, role, reach: await readReach(db, id), confirmedAt }
}

async function readStatus({ db, now }: WebParts, reach: Reach): ReturnType<ApiDeps['status']> {
  const reads = createReads(db, reach)
  const at = now()
  const { queue, alerts: openAlerts, sendingStoppedAt } = await reads.overview(at)
  const status = sendingStoppedAt ? 'stopped' : 'ok'
  return { status, at, sendingStoppedAt, queue, openAlerts, ...(await reads.health()) }
}
