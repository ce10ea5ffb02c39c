/*
 * What a platform asks us to leave alone is kept in two places: in the limiter, which every worker asks before each call,
 * and in MySQL, which outlives the limiter's memory and tells the console. A pause only ever ends later than it did before.
 */
import { readAccount } from '#db/accounts.ts'
import { raiseAlert } from '#db/alerts.ts'
import type { Database } from '#db/client.ts'
import { listPauses, savePause } from '#db/pauses.ts'
import type { AccountId } from '#src/domain/ids.ts'
import type { EndpointClass } from '#src/domain/limit.ts'
import { type Platform, platformRules } from '#src/domain/platform.ts'
import { pauseKeyOf } from '#src/limits/scopes.ts'
import type { Limiter } from '#src/limits/slots.ts'
import type { Listener, Pause } from '#src/platforms/adapter.ts'
import type { Publish } from '#src/queues/live.ts'

export interface PauseDeps {
  db: Database
  limiter: Pick<Limiter, 'pause'>
  publish: Publish
  now: () => Date
}

interface Place {
  platform: Platform
  accountId: AccountId
}

/** Longer than this and somebody should know without looking. */
const ALERT_FROM_MS = 3_600_000
const RESTORED_MAX = 100_000

/**
 * Heeds what an answer asks for. Never throws, because the outcome of a call must be written down whatever becomes of its
 * pauses: with Redis away the row stands, with MySQL away the limiter still knows.
 */
export function createPause(deps: PauseDeps) {
  return async ({ platform, accountId }: Place, pauses: readonly Pause[]): Promise<void> => {
    for (const pause of pauses) {
      const key = keyOf(pause, { platform, accountId })
      const kept = keep(deps, { key, place: { platform, accountId }, pause })
      await Promise.allSettled([deps.limiter.pause(key, pause.until), kept])
    }
  }
}

/** Tells the limiter again what MySQL remembers. */
export async function restorePauses({ db, limiter, now }: Omit<PauseDeps, 'publish'>): Promise<void> {
  for (const { pauseKey, until } of await listPauses(db, now(), RESTORED_MAX)) await limiter.pause(pauseKey, until)
}

/** Hears the answers to reading calls of one account and heeds them at once; `heeded` waits until that is done. */
export function createListener(
  deps: PauseDeps,
  { id: accountId, platform, accountRef }: { id: AccountId; platform: Platform; accountRef: string },
): Listener & { heeded(): Promise<unknown> } {
  const pause = createPause(deps)
  const underWay: Promise<void>[] = []
  return {
    accountRef,
    hear: (heard) => void underWay.push(pause({ platform, accountId }, [heard])),
    heeded: () => Promise.all(underWay),
  }
}

function keyOf({ scope, only }: Pause, place: Place): string {
  const key = pauseKeyOf(scope, place)
  return only ? `${key}:${only}` : key
}

interface Keeping {
  key: string
  place: Place
  pause: Pause
}

async function keep({ db, publish, now }: PauseDeps, { key, place, pause }: Keeping): Promise<void> {
  const at = now()
  const { scope, until, code, only = null } = pause
  const accountId = scope === 'account' ? place.accountId : null
  const { platform } = place
  const isNews = await savePause(db, { pauseKey: key, platform, accountId, scope, only, until, code }, at)
  if (!isNews) return
  publish({ topic: 'outbox', id: key })
  if (until.getTime() - at.getTime() <= ALERT_FROM_MS) return
  const name = accountId && (await readAccount(db, accountId))?.name
  const text = alertText(pause, { platform, name: name ?? 'all accounts' })
  const about = accountId ? { accountId } : {}
  await raiseAlert(db, { kind: 'platform_pause', subject: key, severity: 'warning', ...about, text, at })
  publish({ topic: 'alerts', id: key })
}

const heldUp: Record<EndpointClass, string> = {
  send: 'sending replies',
  read: 'reading threads',
  profile: 'asking for names',
  refresh: 'checking its token',
}

function alertText({ until, only, code }: Pause, { platform, name }: { platform: Platform; name: string }): string {
  const asking = platformRules[platform].name
  const time = `${until.toISOString().slice(0, 16).replace('T', ' ')} UTC`
  return `${name}: ${asking} asks us to wait until ${time}${only ? ` with ${heldUp[only]}` : ''} (${code}).`
}
