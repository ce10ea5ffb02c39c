import { LOOPBACK_RANGES, readAddresses, readContact, readOrigins } from './door-readers.ts'
import { integer } from './readers.ts'
import type { Variable } from './variable.ts'

/** Who may come to the web process, how often, and what they are told. */
export const doorVariables = {
  RATE_LIMIT_PER_MINUTE: {
    about: 'Requests a minute that one address may make without being signed in.',
    roles: ['web'],
    default: '60',
    read: integer(1, 100_000),
  },
  TRUSTED_PROXIES: {
    about:
      'Addresses and networks of our own proxies, separated by commas: only they are believed about whom they pass on; none believes nobody.',
    roles: ['web', 'cli'],
    default: LOOPBACK_RANGES,
    read: readAddresses,
  },
  BLOCKED_ADDRESSES: {
    about: 'Addresses and networks that are refused always, separated by commas.',
    roles: ['web', 'cli'],
    read: readAddresses,
  },
  CORS_ORIGINS: {
    about:
      'Sites whose pages may call /api/v1 from a browser, separated by commas; * for any is refused in production.',
    roles: ['web'],
    read: readOrigins,
  },
  SECURITY_CONTACT: {
    about: 'Where people report a hole: mailto: or https:, shown in /.well-known/security.txt.',
    roles: ['web'],
    read: readContact,
  },
} as const satisfies Record<string, Variable>
