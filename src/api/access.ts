import type { Permission } from '#src/domain/identity.ts'
import type { CredentialKind, DeclaredTable } from '#src/http/guard.ts'

const programs = ['key', 'session', 'bearer'] as const satisfies CredentialKind[]
const people = ['session', 'bearer'] as const satisfies CredentialKind[]

const to = (asks: Permission) => ({ asks, by: programs })

/** Every route for programs. A route that is missing here is refused, and fails a test. */
export const apiAccess = {
  'GET /api/v1/openapi.json': { asks: 'operator', by: programs },
  'GET /api/v1/status': to('monitor'),
  'GET /api/v1/conversations': to('read'),
  'GET /api/v1/conversations/:id': to('read'),
  'GET /api/v1/mentions': to('read'),
  'GET /api/v1/messages': to('read'),
  'GET /api/v1/drafts': to('read'),
  'GET /api/v1/drafts/:id': to('read'),
  'GET /api/v1/outbox': to('read'),
  'GET /api/v1/outbox/:id': to('read'),
  'GET /api/v1/accounts': to('read'),
  'GET /api/v1/accounts/:id': to('read'),
  'GET /api/v1/alerts': to('monitor'),
  'POST /api/v1/alerts/:id/acknowledgement': to('acknowledge'),
  'GET /api/v1/audit': to('audit'),
  // No key makes keys: whoever stole one could not make another.
  'GET /api/v1/api-keys': { asks: 'keys', by: people },
  'POST /api/v1/api-keys': { asks: 'keys', by: people },
  'POST /api/v1/api-keys/:id/rotation': { asks: 'keys', by: people },
  'DELETE /api/v1/api-keys/:id': { asks: 'keys', by: people },
  'GET /api/v1/api-keys/self': { asks: 'operator', by: ['key'] },
} as const satisfies DeclaredTable
