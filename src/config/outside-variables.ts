import { integer, matching, oneOf, readHttpUrl, readText, readTokenUrl, secretList, secretOf } from './readers.ts'
import type { Variable } from './variable.ts'

/** The platforms, Claude, and the sandbox that stands in for them. */
export const outsideVariables = {
  WEBHOOK_VERIFY_TOKEN: {
    about: 'Text you type into the Meta dashboard when you subscribe the webhook.',
    roles: ['web'],
    secret: true,
    live: true,
    requiredBy: ['web'],
    generated: true,
    read: secretOf(16),
  },
  INSTAGRAM_APP_ID: {
    about:
      'Instagram app id, with which accounts are connected; digits, beside the Instagram app secret in the dashboard.',
    roles: ['web', 'sending', 'cli', 'sandbox'],
    read: matching(/^\d{5,20}$/, 'must be digits'),
  },
  META_APP_ID: {
    about: 'Meta app id, with which Pages are connected and tokens looked into; digits.',
    roles: ['web', 'sending', 'cli', 'sandbox'],
    read: matching(/^\d{5,20}$/, 'must be digits'),
  },
  INSTAGRAM_APP_SECRET: {
    about: 'Instagram app secret, which signs webhooks; two separated by a comma while it is being rotated.',
    roles: ['web', 'sandbox'],
    secret: true,
    live: true,
    requiredBy: ['sandbox'],
    read: secretList('instagram', 16),
  },
  META_APP_SECRET: {
    about:
      'Meta app secret, which signs the webhooks of Pages and proves calls for them; two separated by a comma while it is being rotated.',
    // Whoever calls Meta with a Page's token proves with it that the token is used by its own app, should the app demand that.
    roles: ['web', 'sending', 'cli', 'sandbox'],
    secret: true,
    live: true,
    read: secretList('meta', 16),
  },
  ANTHROPIC_API_KEY: {
    about: 'Key for Claude, which writes the drafts.',
    roles: ['drafting', 'sandbox'],
    secret: true,
    live: true,
    requiredBy: ['drafting'],
    read: secretOf(8),
  },
  ANTHROPIC_BASE_URL: {
    about: 'Where Claude is reached; the Anthropic API when unset.',
    roles: ['drafting'],
    read: readTokenUrl,
  },
  CLAUDE_MODEL: {
    about: 'Model that writes the drafts.',
    roles: ['drafting'],
    default: 'claude-haiku-5-5',
    read: matching(/^[\w.:@-]+$/, 'must be the name of a model'),
  },
  CLAUDE_EFFORT: {
    about: 'How much thought a draft gets.',
    roles: ['drafting'],
    default: 'low',
    read: oneOf('low', 'medium', 'high'),
  },
  INSTAGRAM_LOGIN_URL: {
    about: 'Where the owner of an Instagram account allows us to use it.',
    roles: ['web'],
    default: 'https://www.instagram.com',
    read: readTokenUrl,
  },
  INSTAGRAM_API_URL: {
    about: 'Where Instagram trades the code of such a permission for a token.',
    roles: ['web'],
    default: 'https://api.instagram.com',
    read: readTokenUrl,
  },
  META_LOGIN_URL: {
    about: 'Where somebody who runs a Page allows us to use it.',
    roles: ['web'],
    default: 'https://www.facebook.com',
    read: readTokenUrl,
  },
  INSTAGRAM_GRAPH_URL: {
    about: 'Where Instagram is reached.',
    roles: ['web', 'sending', 'cli'],
    default: 'https://graph.instagram.com',
    read: readTokenUrl,
  },
  META_GRAPH_URL: {
    about: 'Where the Facebook side of Meta is reached.',
    roles: ['web', 'sending', 'cli'],
    default: 'https://graph.facebook.com',
    read: readTokenUrl,
  },
  GRAPH_API_VERSION: {
    about: 'Version of the Graph API.',
    roles: ['web', 'sending', 'cli'],
    default: 'v26.0',
    read: matching(/^v\d{1,3}\.\d{1,2}$/, 'must look like v26.0'),
  },
  MEDIA_ORIGIN: {
    about:
      'The one address besides those of the public internet from which files are fetched; set by npm start to the sandbox’s.',
    roles: ['media'],
    generated: true,
    read: readHttpUrl,
  },
  SANDBOX_URL: {
    about: 'Where operators open the sandbox; set by npm start.',
    roles: ['web'],
    generated: true,
    read: readHttpUrl,
  },
  SANDBOX_HOST: {
    about: 'Address the sandbox listens on; 0.0.0.0 in a container.',
    roles: ['sandbox'],
    default: '127.0.0.1',
    read: matching(/^[\w.:-]+$/, 'must be an address or a host name'),
  },
  SANDBOX_PORT: {
    about: 'Port of the sandbox; 0 takes a free one.',
    roles: ['sandbox'],
    default: '0',
    read: integer(0, 65_535),
  },
  SANDBOX_SEED: {
    about: 'Makes the sandbox behave the same way again.',
    roles: ['sandbox'],
    default: '1',
    read: integer(0, 2_147_483_647),
  },
  SANDBOX_STATE: {
    about: 'File in which the sandbox keeps its threads; in memory only when unset.',
    roles: ['sandbox'],
    generated: true,
    read: readText,
  },
} as const satisfies Record<string, Variable>
