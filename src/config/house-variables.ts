import {
  integer,
  matching,
  oneOf,
  publicKeyOf,
  publicKeysOf,
  readDatabaseUrl,
  readFernetKeys,
  readHttpUrl,
  readRedisUrl,
  readSink,
  readText,
  readTokenUrl,
  secretOf,
  signingKeyOf,
} from './readers.ts'
import { processRoles, type Variable } from './variable.ts'

const everyone = processRoles
const stores = ['web', 'drafting', 'sending', 'media', 'cli'] as const
const working = ['web', 'drafting', 'sending', 'media'] as const

/** Where the house stands, where its stores are, and its own keys. */
export const houseVariables = {
  APP_ENV: {
    about: 'Kind of installation; production refuses the sandbox and asks for an https PUBLIC_URL.',
    roles: everyone,
    default: 'development',
    read: oneOf('development', 'test', 'staging', 'production'),
  },
  LOG_LEVEL: {
    about: 'Least important log lines to write.',
    roles: everyone,
    default: 'info',
    read: oneOf('debug', 'info', 'warn', 'error', 'silent'),
  },
  SANDBOX: {
    about:
      'Whether the platforms are played by the sandbox; on by itself when no platform secret is set outside production.',
    roles: everyone,
    read: oneOf('on', 'off'),
  },
  DATABASE_URL: {
    about: 'MySQL 8.4 or MariaDB 10.11 and newer.',
    roles: stores,
    secret: true,
    requiredBy: working,
    generated: true,
    read: readDatabaseUrl,
  },
  REDIS_URL: {
    about: 'Redis 7 or newer, with maxmemory-policy noeviction.',
    roles: stores,
    secret: true,
    requiredBy: working,
    generated: true,
    read: readRedisUrl,
  },
  MEDIA_DIR: {
    about:
      'Folder for the files that came with messages: one folder for all machines of an installation, and for no other.',
    roles: ['web', 'media'],
    requiredBy: ['web', 'media'],
    generated: true,
    read: readText,
  },
  MEDIA_DAYS: {
    about: 'Days for which such files are kept.',
    roles: ['media'],
    default: '365',
    read: integer(1, 36_500),
  },
  PORT: {
    about: 'Port of the web process.',
    roles: ['web', 'cli', 'sandbox'],
    default: '3000',
    read: integer(0, 65_535),
  },
  HOST: {
    about: 'Address the web process listens on; 0.0.0.0 in a container.',
    roles: ['web', 'cli', 'sandbox'],
    default: '127.0.0.1',
    read: matching(/^[\w.:-]+$/, 'must be an address or a host name'),
  },
  PUBLIC_URL: {
    about: 'Address under which operators and platforms reach the web process; HOST and PORT when unset.',
    roles: ['web', 'cli', 'sandbox'],
    read: readHttpUrl,
  },
  APP_SECRET_KEY: {
    about: 'Fernet keys that seal account tokens, separated by commas: the first seals, any opens.',
    roles: ['web', 'sending', 'cli'],
    secret: true,
    requiredBy: ['web', 'sending'],
    generated: true,
    read: readFernetKeys,
  },
  SESSION_SECRET: {
    about:
      'Key for sessions and passwords: 32 random bytes in hex. Changing it signs everybody out and voids passwords.',
    roles: ['web', 'cli'],
    secret: true,
    requiredBy: ['web'],
    generated: true,
    read: secretOf(32),
  },
  AUTH_MODE: {
    about: 'Who signs people in: local, this installation; external, the service at AUTH_SERVICE_URL.',
    roles: ['web', 'cli'],
    default: 'local',
    read: oneOf('local', 'external'),
  },
  AUTH_SERVICE_URL: {
    about: 'Where that service says whose a token is (RFC 7662); see docs/api.md.',
    roles: ['web'],
    read: readTokenUrl,
  },
  AUTH_SERVICE_SECRET: {
    about: 'What we prove to that service with that we may ask.',
    roles: ['web'],
    secret: true,
    read: secretOf(8),
  },
  APPROVAL_SIGNING_KEY: {
    about: 'Private Ed25519 key that signs approvals; the web process alone holds it.',
    roles: ['web'],
    secret: true,
    requiredBy: ['web'],
    generated: true,
    read: signingKeyOf('approval'),
  },
  APPROVAL_PUBLIC_KEY: {
    about: 'Public half of that key, with which the sending process checks approvals.',
    roles: ['sending'],
    requiredBy: ['sending'],
    generated: true,
    read: publicKeyOf('approval'),
  },
  AUDIT_SIGNING_KEY: {
    about: 'Private Ed25519 key that signs the checkpoints of the audit log; the web process alone holds it.',
    roles: ['web'],
    secret: true,
    requiredBy: ['web'],
    generated: true,
    read: signingKeyOf('audit'),
  },
  AUDIT_PUBLIC_KEY: {
    about: 'Public half of that key, with which checkpoints are checked; those of former keys behind it, after commas.',
    roles: ['web', 'cli'],
    generated: true,
    read: publicKeysOf('audit'),
  },
  AUDIT_SINK: {
    about: 'Where the entries of the audit log are kept a second time: off, stdout, or file:PATH.',
    roles: ['web'],
    default: 'off',
    read: readSink,
  },
} as const satisfies Record<string, Variable>
