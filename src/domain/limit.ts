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
    // Published: 2 Conversations API calls a second.
    read: [{ scope: 'account', max: 2, perMs: 1150 }],
    profile: [{ scope: 'account', max: 5, perMs: 1050 }],
    refresh: [{ scope: 'account', max: 1, perMs: 60_000 }],
  },
} as const satisfies Record<Platform, Record<EndpointClass, readonly ScopedWindow[]>>
