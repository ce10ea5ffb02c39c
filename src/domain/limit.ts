import type { Platform } from './platform.ts'

export type EndpointClass = 'send' | 'read' | 'profile' | 'refresh'

/** At most `max` calls in any sliding `perMs`. Defaults stay under the published figure by what travel jitter needs. */
export interface Window {
  max: number
  perMs: number
}

export interface ScopedWindow extends Window {
  scope: 'account' | 'conversation'
}

/** The windows of every platform limit, as data. */
export const limits = {
  instagram: {
    // Published: 100 text sends a second. https://developers.facebook.com/documentation/business-messaging/messenger-platform/overview/rate-limiting
    // One thread has an unpublished throttle of its own, hence one a second.
    send: [
      { scope: 'account', max: 80, perMs: 1050 },
      // Spreads a full second's calls: a burst that arrives late then cannot run into the next one.
      { scope: 'account', max: 8, perMs: 105 },
      { scope: 'conversation', max: 1, perMs: 1050 },
    ],
    // Published: 2 Conversations API calls a second. So few leave no room in the number, so the time has it: what a call may
    // leave late, and as much for its way.
    read: [{ scope: 'account', max: 2, perMs: 1300 }],
    profile: [{ scope: 'account', max: 5, perMs: 1050 }],
    refresh: [{ scope: 'account', max: 1, perMs: 60_000 }],
  },
  messenger: {
    // Published: 300 text sends a second, yet a Page whose messages pass 40 a second cannot send until they fall, and what
    // people write to it may count among them. So sends stay at three quarters of that.
    // https://developers.facebook.com/documentation/business-messaging/messenger-platform/overview/rate-limiting
    send: [
      { scope: 'account', max: 30, perMs: 1050 },
      { scope: 'account', max: 3, perMs: 105 },
      { scope: 'conversation', max: 1, perMs: 1050 },
    ],
    // As with Instagram: 2 Conversations API calls a second for each Page.
    read: [{ scope: 'account', max: 2, perMs: 1300 }],
    profile: [{ scope: 'account', max: 5, perMs: 1050 }],
    refresh: [{ scope: 'account', max: 1, perMs: 60_000 }],
  },
} as const satisfies Record<Platform, Record<EndpointClass, readonly ScopedWindow[]>>

/**
 * Private replies of an account, besides the windows of all sends. Published: 750 an hour; the difference is for those that
 * several processes have under way at once. https://developers.facebook.com/documentation/business-messaging/messenger-platform/overview/rate-limiting
 */
export const privateReplyWindow: Window = { max: 700, perMs: 3_600_000 }

/** How a platform's own figures of what was used, and its throttles, are heeded. */
export interface PauseRule {
  /** From this share of a budget on we stop by ourselves. */
  stopPercent: number
  /** How long, when the platform names no time. */
  defaultMs: number
  /** The longest that an answer can stop us for, whatever it says. */
  maxMs: number
}

/** Graph counts for all its products alike: https://developers.facebook.com/docs/graph-api/overview/rate-limiting */
const graphPauses: PauseRule = {
  // Throttling starts at 100, and calls that are already under way still count; calling on while throttled prolongs it.
  stopPercent: 90,
  // Budgets roll over an hour or a day, so some of one comes back in this time; the next answer tells whether enough.
  defaultMs: 5 * 60_000,
  // The longest budget rolls over a day.
  maxMs: 24 * 3_600_000,
}

export const pauseRules = { instagram: graphPauses, messenger: graphPauses } as const satisfies Record<
  Platform,
  PauseRule
>
