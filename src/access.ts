import { apiAccess } from './api/access.ts'
import { access as consoleAccess } from './console/access.ts'
import { healthAccess } from './http/access.ts'
import type { Declared, DeclaredTable } from './http/guard.ts'
import { webhookAccess } from './webhooks/access.ts'

/** A page is for people: with a session, or with a token of the service that signs them in. */
function declarePage(asks: Declared['asks']): Declared {
  return Object.freeze({ asks, by: asks === 'anyone' ? (['none'] as const) : (['session', 'bearer'] as const) })
}

const pages = Object.fromEntries(Object.entries(consoleAccess).map(([route, asks]) => [route, declarePage(asks)]))

/** Every route of the web process: what it asks for, and what one may prove oneself with. */
export const access: DeclaredTable = Object.freeze({ ...healthAccess, ...webhookAccess, ...apiAccess, ...pages })
