import type { Platform } from './platform.ts'

interface Scope {
  /** What cannot be done without it. */
  purpose: string
  /** The same for whoever is about to be asked. */
  allows: string
  /** The same for whoever did not allow it. */
  lack: string
}

/**
 * What the product needs its owner to allow:
 * https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login and
 * https://developers.facebook.com/docs/permissions
 */
export const neededScopes = {
  instagram: {
    instagram_business_basic: {
      purpose: 'anything at all',
      allows: 'See the account’s name, and keep its token alive',
      lack: 'The token cannot be renewed, so the account falls silent after 60 days.',
    },
    instagram_business_manage_messages: {
      purpose: 'reading and answering messages',
      allows: 'Read direct messages and answer them',
      lack: 'Direct messages are neither received nor answered.',
    },
    instagram_business_manage_comments: {
      purpose: 'reading and answering comments',
      allows: 'Read comments, answer and hide them',
      lack: 'Comments are neither received nor answered.',
    },
  },
  messenger: {
    pages_show_list: {
      purpose: 'finding your Pages',
      allows: 'See which Pages you run',
      lack: 'Pages cannot be listed when you connect again.',
    },
    pages_manage_metadata: {
      purpose: 'being told of new messages',
      allows: 'Be told when somebody writes to the Page',
      lack: 'Nothing that happens on the Page is received.',
    },
    pages_messaging: {
      purpose: 'reading and answering messages',
      allows: 'Read the Page’s messages and answer them',
      lack: 'Messages are neither received nor answered.',
    },
    pages_read_engagement: {
      purpose: 'reading comments',
      allows: 'Read what is said on the Page',
      lack: 'Comments cannot be read, and names are missing.',
    },
    pages_manage_engagement: {
      purpose: 'answering comments',
      allows: 'Answer and hide comments',
      lack: 'Comments cannot be answered, hidden or deleted.',
    },
  },
} as const satisfies Record<Platform, Record<string, Scope>>

export interface MissingScope {
  scope: string
  purpose: string
  lack: string
}

export function missingScopes(platform: Platform, granted: readonly string[]): MissingScope[] {
  return Object.entries(neededScopes[platform])
    .filter(([scope]) => !granted.includes(scope))
    .map(([scope, { purpose, lack }]) => ({ scope, purpose, lack }))
}

/** What does not work without a needed scope. */
export function lackOf(platform: Platform, scope: string): string {
  const scopes: Partial<Record<string, Scope>> = neededScopes[platform]
  return scopes[scope]?.lack ?? ''
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
