import { createDeliverer, type Deliverer, type Errand } from './deliveries.ts'
import type { Entry } from './entries.ts'
import { openJournal } from './journal.ts'
import { createLookup, type Lookup } from './lookup.ts'
import { createRefs, type Refs } from './refs.ts'
import { encodeBody } from './wire.ts'
import { type Account, apply, emptyWorld, type World } from './world.ts'

/** What a test or the demo may change while the sandbox runs; not kept over a restart. */
export interface Settings {
  /** Whether a send comes back as an echo. */
  echoes: boolean
  echoDelayMs: number
  /** Whether contacts read what they are sent. */
  readReceipts: boolean
  /** Added to the machine's clock: windows and token ages follow it. */
  clockOffsetMs: number
  /** What the usage headers say, in percent; counted from the calls when absent. */
  usagePercent?: number | undefined
}

export interface CoreOptions {
  seed: string
  webhookUrl: string
  appSecret: string
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
  /** Unix ms by the sandbox's clock. */
  clock(): number
  /** Like `clock`, but never the same twice in one thread, so that what is written in one breath keeps its order. */
  tick(thread: string): number
  /** Unix ms by the machine's clock. */
  machineClock(): number
  /** The same with fractions. */
  arrivalClock(): number
  record(entry: Entry): void
  deliver(errand: Omit<Errand, 'body'> & { envelope: unknown }): ReturnType<Deliverer['deliver']>
  /** Starts sending what an earlier run left undelivered. */
  resume(): void
  baseUrl: string
  close(): Promise<void>
}

const SHOP = { username: 'murmelton.ceramics', name: 'Murmelton Ceramics' }

export function createCore(options: CoreOptions): Core {
  const { seed, webhookUrl, appSecret, statePath, now, retryDelaysMs } = options
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
  const settings: Settings = { echoes: true, echoDelayMs: 0, readReceipts: false, clockOffsetMs: 0 }
  const machineClock = () => now().getTime()
  const clock = () => machineClock() + settings.clockOffsetMs
  const deliverer = createDeliverer({
    ...{ webhookUrl, appSecret, world, record },
    now: machineClock,
    ...(retryDelaysMs && { retryDelaysMs }),
  })

  return {
    ...{ world, refs, lookup, settings, clock, machineClock, record },
    arrivalClock: options.preciseNow ?? machineClock,
    account: openShop(world, refs, record, machineClock()),
    tick: createTick(clock),
    deliver: ({ envelope, ...errand }) => deliverer.deliver({ ...errand, body: encodeBody(envelope) }),
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

function openShop(world: World, refs: Refs, record: (entry: Entry) => void, at: number): Account {
  const [open] = world.accounts.values()
  if (open) return open
  const account: Account = { ...refs.account(1), ...SHOP }
  record({ type: 'account', ...account })
  record({ type: 'token', accountRef: account.accountRef, serial: 1, at })
  return account
}
