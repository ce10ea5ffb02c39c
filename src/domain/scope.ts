import type { Platform } from './platform.ts'

interface Scope {
  name: string
  /** What does not work without it. */
  lack: string
  /** What it allows, for the person who is about to be asked. */
  allows: string
}

/**
 * What we ask an owner for:
 * https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login and
 * https://developers.facebook.com/docs/permissions
 */
export const neededScopes = {
  instagram: [
    {
      name: 'instagram_business_basic',
      allows: 'See the account’s name, and keep its token alive',
      lack: 'The token cannot be renewed, so the account falls silent after 60 days.',
    },
    {
      name: 'instagram_business_manage_messages',
      allows: 'Read direct messages and answer them',
      lack: 'Direct messages are neither received nor answered.',
    },
    {
      name: 'instagram_business_manage_comments',
      allows: 'Read comments, answer and hide them',
      lack: 'Comments are neither received nor answered.',
    },
  ],
  messenger: [
    {
      name: 'pages_show_list',
      allows: 'See which Pages you run',
      lack: 'Pages cannot be listed when you connect again.',
    },
    {
      name: 'pages_manage_metadata',
      allows: 'Be told when somebody writes to the Page',
      lack: 'Nothing that happens on the Page is received.',
    },
    {
      name: 'pages_messaging',
      allows: 'Read the Page’s messages and answer them',
      lack: 'Messages are neither received nor answered.',
    },
    {
      name: 'pages_read_engagement',
      allows: 'Read what is said on the Page',
      lack: 'Comments cannot be read, and names are missing.',
    },
    {
      name: 'pages_manage_engagement',
      allows: 'Answer and hide comments',
      lack: 'Comments cannot be answered, hidden or deleted.',
    },
  ],
} as const satisfies Record<Platform, readonly Scope[]>

/** What is needed and not among these; undefined while the platform has not said what it allows. */
export function missingScopes(platform: Platform, granted: readonly string[] | null | undefined): Scope[] | undefined {
  if (!granted) return undefined
  return neededScopes[platform].filter(({ name }) => !granted.includes(name))
}
