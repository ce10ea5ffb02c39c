import type { Platform } from './platform.ts'

/** The webhook fields that the product reads, as each platform names them. */
export const neededFields = {
  // https://developers.facebook.com/docs/instagram-platform/webhooks; echoes and unsent messages come with `messages`.
  instagram: ['messages', 'message_edit', 'message_reactions', 'messaging_postbacks', 'messaging_seen'].concat([
    'comments',
    'live_comments',
  ]),
  // https://developers.facebook.com/docs/graph-api/reference/page/subscribed_apps; without echoes nobody learns of answers
  // given elsewhere, without `standby` nobody knows that another app holds a thread.
  messenger: ['messages', 'message_echoes', 'message_edits', 'message_reads', 'message_deliveries'].concat(
    ['message_reactions', 'messaging_postbacks', 'messaging_referrals', 'messaging_policy_enforcement'],
    ['standby', 'feed', 'mention'],
  ),
} as const satisfies Record<Platform, readonly string[]>

/** What is not told. An Instagram account with any one field is told them all: https://developers.facebook.com/docs/instagram-platform/webhooks */
export function lackingFields(platform: Platform, told: readonly string[]): string[] {
  if (platform === 'instagram' && told.length > 0) return []
  return neededFields[platform].filter((field) => !told.includes(field))
}
