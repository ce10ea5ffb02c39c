/*
 * Takes posts from the lanes whenever a slot is open, and has each sent at its slot. What must wait waits in Redis: nobody
 * here is busy with it. A taken post whose process dies is lined up again by the sweep, or given up by it when the call may
 * have been made.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError, handling } from '#src/domain/errors.ts'
import type { AccountId, ConversationId, PostId } from '#src/domain/ids.ts'
import type { Platform } from '#src/domain/platform.ts'
import { errorFields, type Log } from '#src/observability/logger.ts'

interface WaitingPost {
  id: PostId
  accountId: AccountId
  conversationId: ConversationId
  windowExpiresAt: Date | null
}

interface Lanes<Slot> {
  add(platform: Platform, posts: (WaitingPost & { delayMs: number })[]): Promise<void>
  take(platform: Platform, options: { max: number; busy: AccountId[] }): Promise<{ slots: Slot[]; nextMs: number }>
  refund(platform: Platform, slot: Slot): Promise<void>
  channelOf(platform: Platform): string
}

interface Sent {
  called: boolean
  post?: WaitingPost
  waitUntil?: Date
}

interface OutboxOptions<Slot> {
  platform: Platform
  lanes: Lanes<Slot>
  /** Calls the listener when something was said on the channel; losing a word costs only time. */
  woken: (channel: string, listener: () => void) => void
  send: (slot: Slot) => Promise<Sent>
  log: Log
  now?: () => Date
}

/** Calls under way at once; a silent account may hold half of them, so that the others go on. */
const CALLS_MAX = 64
const CALLS_PER_ACCOUNT = 32
/** Without a word from Redis somebody looks this often. */
const LOOK_MS = 500
/** Slots are handed out 100 ms ahead, so looking less often than they come loses none; many workers look for one account. */
const BETWEEN_LOOKS_MS = 40
/** After trouble of ours, such as a database that is away. */
const AGAIN_MS = 2000
const SOON_MS = 100

/** Sends what is due on one platform until it is closed; closing waits for the calls under way. */
export function runOutbox<Slot extends { post: WaitingPost }>(
  options: OutboxOptions<Slot>,
): { close(): Promise<void> } {
  const { platform, lanes, woken, log } = options
  const alarm = createAlarm()
  const underWay = new Map<Promise<void>, AccountId>()
  let closed = false

  async function takeAll(): Promise<number> {
    const max = CALLS_MAX - underWay.size
    // A call that ends rings the alarm.
    if (max <= 0) return LOOK_MS
    const { slots, nextMs } = await lanes.take(platform, { max, busy: busyAccounts(underWay) })
    for (const slot of slots) {
      const call = perform(options, slot).then((isFreed) => {
        // While there was room nothing has been passed over for want of it.
        if (isFreed || underWay.size >= CALLS_PER_ACCOUNT) alarm.ring()
        underWay.delete(call)
      })
      underWay.set(call, slot.post.accountId)
    }
    return Math.min(Math.max(nextMs, BETWEEN_LOOKS_MS), LOOK_MS)
  }

  async function work(): Promise<void> {
    const watch = createWatch(log, `outbox.${platform}`)
    while (!closed) {
      const ms = await takeAll().then(watch.worked, watch.failed)
      if (!closed) await alarm.within(ms)
    }
    await Promise.all(underWay.keys())
  }

  woken(lanes.channelOf(platform), alarm.ring)
  const working = work()
  return {
    close() {
      closed = true
      alarm.ring()
      return working
    },
  }
}

function busyAccounts(underWay: ReadonlyMap<unknown, AccountId>): AccountId[] {
  if (underWay.size < CALLS_PER_ACCOUNT) return []
  const calls = new Map<AccountId, number>()
  for (const account of underWay.values()) calls.set(account, (calls.get(account) ?? 0) + 1)
  return [...calls].filter(([, count]) => count >= CALLS_PER_ACCOUNT).map(([account]) => account)
}

/** One post: sent, and its slot or its place in the lane given back where that is due, which it answers. Throws nothing. */
async function perform<Slot extends { post: WaitingPost }>(options: OutboxOptions<Slot>, slot: Slot): Promise<boolean> {
  const { platform, lanes, send, log, now = () => new Date() } = options
  const started = performance.now()
  const line = () => ({
    queue: `outbox.${platform}`,
    postId: slot.post.id,
    ms: Math.round(performance.now() - started),
  })
  try {
    const { called, post, waitUntil } = await send(slot)
    log.info({ ...line(), called, ...(waitUntil && { waitUntil }) }, waitUntil ? 'job waits' : 'job done')
    if (!called) await lanes.refund(platform, slot)
    if (waitUntil && post) await lanes.add(platform, [{ ...post, delayMs: waitUntil.getTime() - now().getTime() }])
    return !called
  } catch (error) {
    log[handling[AppError.from(error).code].level]({ ...line(), error: errorFields(error) }, 'job failed')
    // Should this fail too, the sweep lines it up.
    await lanes.add(platform, [{ ...slot.post, delayMs: AGAIN_MS }]).catch(() => undefined)
    return true
  }
}

/** Rings are not lost: one that comes while nobody waits ends the next wait at once. */
function createAlarm() {
  let rung = false
  let wake: () => void = () => undefined
  return {
    ring(): void {
      rung = true
      wake()
    },
    async within(ms: number): Promise<void> {
      const over = new AbortController()
      const ringing = new Promise<void>((resolve) => {
        wake = resolve
      })
      if (!rung && ms > 0) await Promise.race([ringing, sleep(ms, undefined, over).catch(() => undefined)])
      over.abort()
      rung = false
    },
  }
}

/** One line when taking stops working and one when it works again; a single failure, as while Redis connects, is none. */
function createWatch(log: Log, queue: string) {
  let failures = 0
  return {
    worked(ms: number): number {
      if (failures > 1) log.info({ queue }, 'queue is back')
      failures = 0
      return ms
    },
    failed(error: unknown): number {
      if (++failures === 1) return SOON_MS
      if (failures === 2) log.warn({ queue, error: errorFields(error) }, 'queue trouble')
      return AGAIN_MS
    },
  }
}
