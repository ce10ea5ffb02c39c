import { getCookie } from 'hono/cookie'
import { may, type Permission } from '#src/domain/identity.ts'
import { type Keys, keysOf } from '#src/domain/keys.ts'
import { type Clock, zoneOf } from './clock.ts'
import { type Room, readsOf, sessionOf, type Visit } from './env.ts'
import type { Overview } from './house-views.ts'
import { type Notice, noticeOf } from './notice.ts'
import type { Operator } from './people-verbs.ts'
import { hasTour } from './start.ts'

export type Section =
  | 'queue'
  | 'conversations'
  | 'outbox'
  | 'accounts'
  | 'alerts'
  | 'audit'
  | 'insight'
  | 'status'
  | 'help'
  | 'me'
  | 'people'
  | 'keys'
  | 'contacts'
  | 'start'

/** What every page for a signed-in operator is drawn with. */
export interface Frame extends Clock {
  operator: Operator
  overview: Overview
  section: Section
  /** This page's own address, for a form that comes back to it. */
  path: string
  asset: (name: string) => string
  sandbox: boolean
  sandboxUrl: string | undefined
  troubles: string[]
  /** Single keys as this operator has them, and whether they act at all. */
  keys: { on: boolean; of: Keys }
  notice: Notice | undefined
  may: (permission: Permission) => boolean
  /** Signed in by a password alone. */
  lacksFactor: boolean
  /** Whoever is signed in was signed in here. */
  signsOut: boolean
  /** The first steps are spoken of until they are left. */
  tour: boolean
}

/** Reads what stands around a page. */
export async function frameOf(c: Visit, room: Room, section: Section): Promise<Frame> {
  const { operator, hasFactor, keys } = sessionOf(c)
  const { config, assets, troubles } = room
  const reads = readsOf(c)
  const url = new URL(c.req.url)
  const now = config.now()
  return {
    now,
    zone: zoneOf(getCookie(c, 'zone')),
    operator,
    overview: await reads.overview(now),
    section,
    path: url.pathname + url.search,
    asset: assets.url,
    sandbox: config.sandbox,
    sandboxUrl: config.sandboxUrl,
    troubles: troubles?.() ?? [],
    keys: { on: keys?.on ?? true, of: keysOf(keys) },
    notice: await noticeOf(c, reads, now),
    may: (permission) => may(operator.role, permission),
    lacksFactor: !hasFactor,
    signsOut: room.bearerOf === undefined,
    tour: hasTour(c) && may(operator.role, 'configure'),
  }
}
