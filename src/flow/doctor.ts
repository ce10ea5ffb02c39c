/*
 * Looks at a whole installation and says what is missing, in the codes of `domain/diagnoses.ts`. It changes nothing.
 * It runs in the command line, which opens tokens and asks the platforms about every account, and in the web process, which
 * opens none and tells what the sending process wrote down, but can shake hands with its own door.
 */
import { type Account, listAccounts } from '#db/accounts.ts'
import type { Database } from '#db/client.ts'
import { hasDeliveries, lastSeen } from '#db/doctor.ts'
import { accountFaults } from '#src/domain/account-exam.ts'
import { versionFaults } from '#src/domain/api-version.ts'
import { type ClockSeen, clockFaults } from '#src/domain/clock-exam.ts'
import { type BlindSpot, type Found, found, worstFirst } from '#src/domain/diagnoses.ts'
import type { AccountId } from '#src/domain/ids.ts'
import { type Platform, platforms } from '#src/domain/platform.ts'
import type { AccountReport, Report } from '#src/domain/report.ts'
import { VALUES_OFF } from '#src/platforms/meta/delivery.ts'
import type { MetaQuestions } from '#src/platforms/meta/questions.ts'
import type { RedisLook } from '#src/queues/facts.ts'
import { type AskAccount, keptFacts } from './doctor-accounts.ts'
import { type AppDeps, doubtedBy, examineApp } from './doctor-app.ts'
import { type DoorDeps, examineDoor } from './doctor-door.ts'
import { examineDatabase, examineRedis, watched } from './doctor-stores.ts'

export interface DoctorDeps extends DoorDeps, AppDeps {
  db: Database | undefined
  redis: RedisLook | undefined
  meta: Pick<MetaQuestions, 'subscriptions' | 'app' | 'clock'>
  graphApiVersion: string
  /** Asks the platform about an account; without it, what is written down has to do. */
  askAccount?: AskAccount | undefined
  /** Whether there is a key to open tokens with. */
  hasKeys: boolean
  now: () => Date
}

const CALL_MS = 8000
const PAGE = 100
/** So many accounts are asked about at a time. */
const AT_ONCE = 4
const DAY_MS = 86_400_000

export function createDoctor(deps: DoctorDeps) {
  /** About all accounts, or one. */
  return async function examine(only?: AccountId): Promise<Report> {
    const at = deps.now()
    const [database, redis, door, platformClock] = await Promise.all([
      examineDatabase(deps.db, deps),
      examineRedis(deps.redis, deps),
      examineDoor(deps),
      lookAtClock(deps),
    ])
    const db = database.isUsable ? deps.db : undefined
    const accounts = db ? await allAccounts(db) : []
    const app = await examineApp(deps, usedBy(accounts))
    const doubted = doubtedBy(app.faults)
    const chosen = accounts.filter(({ id }) => only === undefined || id === only)
    return {
      at,
      house: worstFirst([
        ...database.faults,
        ...redis.faults,
        ...(deps.hasKeys ? [] : [found('keys_unset')]),
        ...door,
        ...clockFaults([...platformClock, ...database.clocks, ...redis.clocks]),
        ...versionFaults(deps.graphApiVersion, at),
      ]),
      app: worstFirst([...app.faults, ...(db ? await arrivalFaults(db, accounts, at) : [])]),
      accounts: await inTurn(chosen, (account) => examineAccount(deps, account, { at, doubted })),
      unseen: [...app.unseen, ...database.unseen, ...redis.unseen, ...standpoint(deps)],
    }
  }
}

function standpoint({ verifyToken, askAccount, sandbox }: DoctorDeps): BlindSpot[] {
  return [
    ...(verifyToken ? [] : ['verify_token' as const]),
    ...(askAccount ? [] : ['tokens_kept' as const]),
    ...(sandbox ? ['sandbox' as const] : []),
  ]
}

/** It stands on an answer in whole seconds, so half of one is the best guess. */
async function lookAtClock({ meta, now }: DoctorDeps): Promise<ClockSeen[]> {
  try {
    const { clock } = await watched('Meta', now, async () => {
      const at = await meta.clock('instagram', AbortSignal.timeout(CALL_MS))
      if (!at) throw new Error('silent')
      return { at: new Date(at.getTime() + 500) }
    })
    return [{ ...clock, errorMs: clock.errorMs + 500 }]
  } catch {
    return []
  }
}

async function allAccounts(db: Database): Promise<Account[]> {
  const all: Account[] = []
  for (let after: AccountId | undefined; ; ) {
    const page = await listAccounts(db, { after, limit: PAGE })
    all.push(...page)
    after = page.at(-1)?.id
    if (page.length < PAGE) return all
  }
}

function usedBy(accounts: readonly Account[]): Platform[] {
  return platforms.filter((platform) => accounts.some((account) => account.platform === platform))
}

async function arrivalFaults(db: Database, accounts: readonly Account[], at: Date): Promise<Found[]> {
  if (accounts.length === 0) return []
  if (!(await hasDeliveries(db))) return [found('nothing_arrived')]
  const { odd, comment } = await lastSeen(db, { reason: VALUES_OFF, since: new Date(at.getTime() - DAY_MS) })
  const isOver = !odd || (comment !== undefined && comment > odd)
  return isOver ? [] : [found('values_off', `last at ${odd.toISOString()}`)]
}

/** What is wrong with the app makes every answer about an account a riddle: then what was last found has to do. */
async function examineAccount(
  { askAccount, hasKeys }: DoctorDeps,
  account: Account,
  { at, doubted }: { at: Date; doubted: readonly Platform[] },
): Promise<AccountReport> {
  const asks = askAccount !== undefined && hasKeys && !doubted.includes(account.platform)
  const facts = asks ? await askAccount(account) : keptFacts(account)
  const { id, platform, name } = account
  return { id, platform, name, found: worstFirst(accountFaults(facts, at)) }
}

async function inTurn<T, R>(all: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (let start = 0; start < all.length; start += AT_ONCE) {
    results.push(...(await Promise.all(all.slice(start, start + AT_ONCE).map(work))))
  }
  return results
}
