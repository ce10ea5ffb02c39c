/*
 * Where approved posts wait. Each account has a lane; a taker is handed the first post of every account whose limits leave
 * a slot open now, so what has to wait costs nobody anything: neither a worker nor another account's time. Nearest end of
 * the reply window goes first. Redis holds only the order: MySQL knows the posts, and the sweep lines up what was lost.
 */
import type { Redis } from 'ioredis'
import type { AccountId, ConversationId, PostId } from '#src/domain/ids.ts'
import { limits, type ScopedWindow } from '#src/domain/limit.ts'
import type { Platform } from '#src/domain/platform.ts'
import { addScript, refundScript, takeScript } from './lanes-script.ts'
import { createMemory, type MemoryOptions } from './memory.ts'

export interface WaitingPost {
  id: PostId
  accountId: AccountId
  conversationId: ConversationId
  /** When the reply window closes; null when none is known. */
  windowExpiresAt: Date | null
}

/** A post that may go, with the place its call holds in the windows. All of it comes from Redis: compare it with the row. */
export interface Slot {
  post: WaitingPost
  /** Undefined: the reply window is over, and no call may be made. */
  call: { name: string; msLeft: () => number } | undefined
}

export interface Taken {
  slots: Slot[]
  /** When to look again, unless woken before. */
  nextMs: number
}

export interface Lanes {
  /** Lines up posts that may leave `delayMs` from now. Adding one again changes nothing, or lets it look sooner. */
  add(platform: Platform, posts: (WaitingPost & { delayMs: number })[]): Promise<void>
  /** At most so many posts; accounts in `busy` are passed over. */
  take(platform: Platform, options: { max: number; busy: AccountId[] }): Promise<Taken>
  /** The call was not made: its place in the windows is free again. */
  refund(platform: Platform, slot: Slot): Promise<void>
  /** The channel that `add` wakes takers on. */
  channelOf(platform: Platform): string
}

export interface LanesOptions extends MemoryOptions {
  leadMs?: number
  rules?: Record<Platform, { send: readonly ScopedWindow[] }>
}

/** Where a post without a known window stands: behind all that have one. */
const NO_END_MS = 9_999_999_999_999
/** Slots are handed out so long before they come, as a post is read and claimed meanwhile. */
const LEAD_MS = 100

export function createLanes(
  redis: Redis,
  prefix: string,
  { leadMs = LEAD_MS, rules = limits, ...options }: LanesOptions = {},
): Lanes {
  const memory = createMemory(redis, prefix, options)
  const baseOf = (platform: Platform) => `${prefix}:lanes:${platform}`
  const channelOf = (platform: Platform) => `${baseOf(platform)}:added`

  return {
    channelOf,

    async add(platform, posts) {
      if (posts.length === 0) return
      const args = posts.flatMap(({ id, accountId, conversationId, windowExpiresAt, delayMs }) => [
        id,
        accountId,
        conversationId,
        windowExpiresAt?.getTime() ?? NO_END_MS,
        Math.max(0, Math.round(delayMs)),
      ])
      await memory.run(addScript, [baseOf(platform)], [channelOf(platform), ...args])
    },

    async take(platform, { max, busy }) {
      const asked = performance.now()
      const keys = [baseOf(platform), memory.epochKey]
      const scopes = [`${prefix}:slots:`, `${prefix}:pause:`, `${prefix}:pause:app:${platform}`, 'send']
      const args = [max, leadMs, ...scopes, ...windowArgs(rules[platform].send), ...busy]
      const [nextMs = 0, ...parts] = (await memory.run(takeScript, keys, args)) as (number | string)[]
      return { slots: slotsIn(parts, asked), nextMs: Number(nextMs) }
    },

    async refund(platform, { post, call }) {
      if (!call) return
      const sets = [`account:${post.accountId}`, `conversation:${post.conversationId}`]
      const keys = sets.map((set) => `${prefix}:slots:${set}:send`)
      await memory.run(refundScript, [baseOf(platform), ...keys], [call.name, post.accountId])
    },
  }
}

function windowArgs(send: readonly ScopedWindow[]): number[] {
  return (['account', 'conversation'] as const).flatMap((scope) => {
    const windows = send.filter((window) => window.scope === scope)
    return [windows.length, ...windows.flatMap(({ max, perMs }) => [max, perMs])]
  })
}

const PARTS = 5

/** An answer that was longer on its way tells of slots that count as missed. */
const WAY_MS_MAX = 100

/** `asked`: before the script ran. A slot seems later than it is by the answer's way, never earlier. */
function slotsIn(parts: readonly (number | string)[], asked: number): Slot[] {
  const answered = performance.now()
  const isLate = answered - asked > WAY_MS_MAX
  return Array.from({ length: parts.length / PARTS }, (_, i) => {
    const [id, accountId, conversationId, name, wait] = parts.slice(i * PARTS, (i + 1) * PARTS)
    const post = { id, accountId, conversationId, windowExpiresAt: null } as WaitingPost
    // An answer that was long on its way tells of a slot that may be gone: lateness counts from the asking.
    const due = isLate ? Number.NEGATIVE_INFINITY : (Number(wait) <= 0 ? asked : answered) + Number(wait)
    return { post, call: name === '' ? undefined : { name: String(name), msLeft: () => due - performance.now() } }
  })
}
