import type { Platform } from './platform.ts'

/**
 * What the product needs its owner to allow, and what each is for:
 * https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login and
 * https://developers.facebook.com/docs/permissions
 */
export const neededScopes = {
  instagram: {
    instagram_business_basic: 'anything at all',
    instagram_business_manage_messages: 'reading and answering messages',
    instagram_business_manage_comments: 'reading and answering comments',
  },
  messenger: {
    pages_messaging: 'reading and answering messages',
    pages_manage_metadata: 'being told of new messages',
    pages_show_list: 'being told of new messages',
    pages_read_engagement: 'reading comments',
    pages_manage_engagement: 'answering comments',
  },
} as const satisfies Record<Platform, Record<string, string>>

export interface MissingScope {
  scope: string
  /** What cannot be done without it. */
  purpose: string
}

export function missingScopes(platform: Platform, granted: readonly string[]): MissingScope[] {
  return Object.entries(neededScopes[platform])
    .filter(([scope]) => !granted.includes(scope))
    .map(([scope, purpose]) => ({ scope, purpose }))
}

/** Of these Meta goes on answering after 90 days without their owner; of all others, `instagram_*` among them, it does not: https://developers.facebook.com/documentation/facebook-login/auth-vs-data */
const LASTING = new Set(
  ['pages_messaging', 'pages_manage_metadata', 'pages_manage_engagement', 'pages_manage_posts'].concat(
    ['pages_read_engagement', 'pages_read_user_content', 'pages_show_list', 'business_management'],
    // Says who somebody is and nothing more.
    ['public_profile'],
  ),
)

/** The permissions that end with the owner's data access; with none of them that date concerns nobody. */
export function endingScopes(granted: readonly string[]): string[] {
  return granted.filter((scope) => !LASTING.has(scope))
}
