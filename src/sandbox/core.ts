import { createHmac } from 'node:crypto'
import { createDeliverer, type Deliverer, type Errand } from './deliveries.ts'
import type { Account, Entry } from './entries.ts'
import { openJournal } from './journal.ts'
import { createLookup, type Lookup } from './lookup.ts'
import { isTold } from './permits.ts'
import { createRefs, type Refs } from './refs.ts'
import { encodeBody } from './wire.ts'
import { apply, emptyWorld, platformOf, type World } from './world.ts'

/** What a test or the demo may change while the sandbox runs; not kept over a restart. */
export interface Settings {
  /** Whether a send comes back as an echo. */
  echoes: boolean
  echoDelayMs: number
  /** Whether contacts read what they are sent. */
  readReceipts: boolean
  /** Whether Meta lets the app use the Human Agent feature. */
  humanAgent: boolean
  /** Whether Facebook says who comments. */
  commentersNamed: boolean
  /** Added to the machine's clock: windows and token ages follow it. */
  clockOffsetMs: number
  /** What the usage headers say, in percent; counted from the calls when absent. */
  usagePercent?: number | undefined
  /** Whether every link to a file is dead, however young. */
  deadLinks: boolean
}

export interface CoreOptions {
  seed: string
  webhookUrl: string
  appSecret: string
  /** The door for a Page, and what signs its webhooks and proves its token; without it no Page is played. */
  page?: { webhookUrl: string; appSecret: string } | undefined
  /** The app's number at Meta; one of its own unless told. */
  appId?: string | undefined
  /** Journal file; memory only without it. */
  statePath?: string | undefined
  now: () => Date
  /** Unix ms with fractions, for the times of arrivals; those of `now` when absent. */
  preciseNow?: (() => number) | undefined
  retryDelaysMs?: readonly number[] | undefined
}

/** The parts every room of the sandbox works with. */
export interface Core {
  readonly world: World
  readonly refs: Refs
  readonly lookup: Lookup
  readonly settings: Settings
  /** The first shop, the one people play with. */
  readonly account: Account
  readonly page: Account | undefined
  readonly appId: string
  /** Whether this is the token of our app itself. */
  isApp(token: string | undefined): boolean
  /** Whether a token is proven with this secret, where its account's app demands that. */
  isProven(proof: string | undefined, token: { accountRef: string; text: string }): boolean
  /** Unix ms by the sandbox's clock. */
  clock(): number
  /** Like `clock`, but never the same twice in one thread, so that what is written in one breath keeps its order. */
  tick(thread: string): number
  /** Unix ms by the machine's clock. */
  machineClock(): number
  /** The same with fractions. */
  arrivalClock(): number
  record(entry: Entry): void
  /** Resolves with id 0 when our app is not told of such things. */
  deliver(
    errand: Omit<Errand, 'body' | 'door'> & { envelope: unknown; accountRef: string },
  ): ReturnType<Deliverer['deliver']>
  /** Sends what the weather has withheld; answers how many. */
  release(): number
  /** Starts sending what an earlier run left undelivered. */
  resume(): void
  baseUrl: string
  close(): Promise<void>
}

const APP_ID = '1517776481860111'
const PAGE = { username: 'murmelton', name: 'Murmelton Ceramics', platform: 'messenger' as const }
const SHOP = { username: 'murmelton.ceramics', name: 'Murmelton Ceramics' }

export function createCore(options: CoreOptions): Core {
  const { seed, webhookUrl, appSecret, page, appId = APP_ID, statePath, now, retryDelaysMs } = options
  const refs = createRefs(seed)
  const world = emptyWorld()
  const lookup = createLookup(world, refs)
  const take = (entry: Entry) => {
    apply(world, entry)
    lookup.note(entry)
  }
  const journal = openJournal(statePath, take)
  const record = (entry: Entry) => {
    journal.append(entry)
    take(entry)
  }
  const flags = { echoes: true, readReceipts: false, humanAgent: false, commentersNamed: true, deadLinks: false }
  const settings: Settings = { ...flags, echoDelayMs: 0, clockOffsetMs: 0 }
  const machineClock = () => now().getTime()
  const clock = () => machineClock() + settings.clockOffsetMs
  const deliverer = createDeliverer({
    ...{ doors: { instagram: { webhookUrl, appSecret }, messenger: page }, world, record },
    now: machineClock,
    ...(retryDelaysMs && { retryDelaysMs }),
  })

  return {
    ...{ world, refs, lookup, settings, clock, machineClock, record, appId },
    arrivalClock: options.preciseNow ?? machineClock,
    account: openFirst({ world, record }, { ...refs.account(1), ...SHOP }, machineClock()),
    page: page && openFirst({ world, record }, { ...refs.page(1), ...PAGE }, machineClock()),
    isApp: (token) => page !== undefined && token === `${appId}|${page.appSecret}`,
    isProven: createProver(world, page?.appSecret),
    tick: createTick(clock),
    deliver({ envelope, accountRef, ...errand }) {
      if (!isTold(world, accountRef, envelope)) return Promise.resolve({ id: 0, status: 0 })
      const door = platformOf(world, accountRef) === 'messenger' ? { door: 'messenger' as const } : {}
      return deliverer.deliver({ ...errand, ...door, body: encodeBody(envelope) })
    },
    release: () => deliverer.release(),
    resume: () => deliverer.resume(),
    baseUrl: 'http://127.0.0.1',
    async close() {
      await deliverer.close()
      journal.close()
    },
  }
}

function createTick(clock: () => number): Core['tick'] {
  const last = new Map<string, number>()
  return (thread) => {
    const at = Math.max(clock(), (last.get(thread) ?? 0) + 1)
    last.set(thread, at)
    return at
  }
}

/** The first account of its platform: the one that is open already, or this one. */
function openFirst({ world, record }: Pick<Core, 'world' | 'record'>, account: Account, at: number): Account {
  const { platform = 'instagram', accountRef } = account
  const open = [...world.accounts.values()].find((one) => (one.platform ?? 'instagram') === platform)
  if (open) return open
  record({ type: 'account', ...account })
  record({ type: 'token', accountRef, serial: 1, at })
  return account
}

function createProver(world: World, appSecret: string | undefined): Core['isProven'] {
  return (proof, { accountRef, text }) => {
    if (appSecret === undefined || platformOf(world, accountRef) === 'instagram') return true
    return proof === createHmac('sha256', appSecret).update(text).digest('hex')
  }
}
