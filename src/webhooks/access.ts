import type { DeclaredTable } from '#src/http/guard.ts'

const signed = { asks: 'anyone', by: ['signature'] } as const
/** The handshake knows a text that was typed into the platform's dashboard; the page knows a code that nobody can guess. */
const open = { asks: 'anyone', by: ['none'] } as const

/** The doors of the platforms, which are nobody's session and hold no key. */
export const webhookAccess = {
  'GET /webhooks/instagram': open,
  'POST /webhooks/instagram': signed,
  'GET /webhooks/messenger': open,
  'POST /webhooks/messenger': signed,
  'POST /compliance/meta/deauthorize': signed,
  'POST /compliance/meta/data-deletion': signed,
  'GET /compliance/deletions/:code': open,
} as const satisfies DeclaredTable
