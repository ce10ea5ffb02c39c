import type { Context } from 'hono'
import { createApiReads } from '#db/api.ts'
import { createReads } from '#db/console.ts'
import { readReach } from '#db/reach.ts'
import type { Reach } from '#src/domain/identity.ts'
import { createApi } from './api/api.ts'
import type { ApiDeps, Person } from './api/deps.ts'
import type { SignInVerbs } from './console/deps.ts'
import { createAcknowledge } from './flow/acknowledge.ts'
import { createApiKeys } from './flow/api-keys.ts'
import { createKeyUses } from './flow/key-uses.ts'
import { createSessionCookies } from './http/session.ts'
import type { WebParts } from './web.ts'

/** A key that was made for another kind of installation than this one opens nothing here. */
export function environmentOf({ appEnv }: { appEnv: string }) {
  return appEnv === 'production' ? 'live' : 'test'
}

/** The verbs about keys, for every door of the web process. */
export function buildKeys({ config, db, now }: WebParts) {
  return createApiKeys({ db, pepper: config.sessionSecret, environment: environmentOf(config), now })
}

interface Within {
  keys: ApiDeps['keys']
  signIn: Pick<SignInVerbs, 'sessionOf'>
}

export function buildApi(parts: WebParts, { keys, signIn }: Within) {
  const { config, db, publish, log, now, onClose } = parts
  const uses = createKeyUses({ db, now })
  onClose?.('key uses', uses.close)
  return createApi({
    reads: createApiReads(db),
    status: (reach) => readStatus(parts, reach),
    acknowledge: createAcknowledge({ db, publish, now }),
    keys,
    noteUse: uses.note,
    sessionOf: sessionOf(parts, signIn),
    tellSecurity: (said) => log.warn(said, 'security'),
    publicUrl: config.publicUrl,
    now,
  })
}

function sessionOf({ config, db }: WebParts, signIn: Within['signIn']) {
  const cookies = createSessionCookies(config.publicUrl)
  return async (c: Context): Promise<Person | undefined> => {
    const found = await signIn.sessionOf(cookies.read(c), { touch: true })
    if (!found) return undefined
    if (found.renewed) cookies.write(c, found.renewed)
    const { id, role } = found.session.operator
    return { kind: 'operator', via: 'session', id, role, reach: await readReach(db, id) }
  }
}

async function readStatus({ db, now }: WebParts, _reach: Reach): ReturnType<ApiDeps['status']> {
  const reads = createReads(db)
  const at = now()
  const { queue, alerts: openAlerts, sendingStoppedAt } = await reads.overview(at)
  const status = sendingStoppedAt ? 'stopped' : 'ok'
  return { status, at, sendingStoppedAt, queue, openAlerts, ...(await reads.health()) }
}
