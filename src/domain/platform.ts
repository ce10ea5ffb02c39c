export const platforms = ['instagram', 'messenger'] as const
export type Platform = (typeof platforms)[number]

export interface PlatformRules {
  /** As people call it. */
  name: string
  /** How the platform itself counts a reply's length. */
  textLimit: { max: number; unit: 'bytes' | 'characters' }
  /** How long after the contact's last qualifying action a reply may be sent, in ms. */
  replyWindowMs: number
  /** How long after a comment its author can be answered in a direct message, in ms. */
  privateReplyWindowMs: number
}

const HOUR_MS = 3_600_000

export const platformRules = {
  // 1,000 UTF-8 bytes: https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/messaging-api/
  // 24 h: https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages
  // 7 days: https://developers.facebook.com/docs/instagram-platform/private-replies
  instagram: {
    name: 'Instagram',
    textLimit: { max: 1000, unit: 'bytes' },
    replyWindowMs: 24 * HOUR_MS,
    privateReplyWindowMs: 168 * HOUR_MS,
  },
  // 2,000 characters of UTF-8: https://developers.facebook.com/docs/messenger-platform/reference/send-api
  // 7 days: https://developers.facebook.com/documentation/business-messaging/messenger-platform/discovery/private-replies
  messenger: {
    name: 'Messenger',
    textLimit: { max: 2000, unit: 'characters' },
    replyWindowMs: 24 * HOUR_MS,
    privateReplyWindowMs: 168 * HOUR_MS,
  },
} as const satisfies Record<Platform, PlatformRules>

/** What concerns each platform, by itself. */
export function byPlatform<T extends { platform: Platform }>(things: readonly T[]): Map<Platform, T[]> {
  const groups = new Map<Platform, T[]>()
  for (const thing of things) {
    const group = groups.get(thing.platform)
    if (group) group.push(thing)
    else groups.set(thing.platform, [thing])
  }
  return groups
}

const encoder = new TextEncoder()

/** Length of a reply in the platform's own unit. */
export function measure(text: string, platform: Platform): number {
  return platformRules[platform].textLimit.unit === 'bytes' ? encoder.encode(text).length : [...text].length
}

export function fitsPlatform(text: string, platform: Platform): boolean {
  return measure(text, platform) <= platformRules[platform].textLimit.max
}
