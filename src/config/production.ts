/*
 * What an installation must not do once it is real. Each item of the list is asked in two places: a process that is to start
 * with APP_ENV=production refuses when one of its own fails, and `countersign doctor --production` shows them all.
 */
import { parseUrl } from '#src/domain/url.ts'
import { ownKeys, twinOf } from './apart.ts'
import { type Environment, has, isSandboxOn, readableTextOf } from './source.ts'
import type { VariableName } from './variables.ts'

export interface ProductionItem {
  id: string
  /** The variable at fault, for a process that has it. */
  variable: VariableName | 'NODE_TLS_REJECT_UNAUTHORIZED' | 'SHOW_ERROR_TRACES' | 'SANDBOX'
  /** What is wrong, by name and never by value; undefined when nothing is. */
  fault: (env: Environment) => string | undefined
}

const LOCAL = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/
const DISTINCT_MIN = 8
/** What people type when they are asked for a password. */
const TYPED = /^(?:root|admin|password|passw0rd|secret|changeme|mysql|mariadb|redis|test|countersign|12345\d*)?$/i

/** An item whose variable is not there has nothing to say; `config check` tells what is missing. */
const of =
  (variable: VariableName, fault: (text: string) => string | undefined): ProductionItem['fault'] =>
  (env) => {
    const text = readableTextOf(env, variable)
    return text === undefined ? undefined : fault(text)
  }

export const productionItems: readonly ProductionItem[] = [
  {
    id: 'https_only',
    variable: 'PUBLIC_URL',
    fault: (env) =>
      readableTextOf(env, 'PUBLIC_URL')?.startsWith('https://') ? undefined : 'must start with https://',
  },
  { id: 'database_tls', variable: 'DATABASE_URL', fault: of('DATABASE_URL', databaseTlsFault) },
  {
    id: 'database_credentials',
    variable: 'DATABASE_URL',
    fault: of('DATABASE_URL', (text) => {
      const { username, password } = parseUrl(text) ?? { username: '', password: '' }
      if (username === 'root') return 'must name a user of its own, not root'
      return TYPED.test(decodeURIComponent(password)) ? 'must hold a password that nobody guesses' : undefined
    }),
  },
  {
    id: 'redis_tls',
    variable: 'REDIS_URL',
    fault: of('REDIS_URL', (text) =>
      isLocal(text) || text.startsWith('rediss:') ? undefined : 'must start with rediss:// to another machine',
    ),
  },
  {
    id: 'redis_password',
    variable: 'REDIS_URL',
    fault: of('REDIS_URL', (text) =>
      isLocal(text) || !TYPED.test(decodeURIComponent(parseUrl(text)?.password ?? ''))
        ? undefined
        : 'must hold a password that nobody guesses',
    ),
  },
  {
    id: 'session_secret',
    variable: 'SESSION_SECRET',
    fault: of('SESSION_SECRET', (text) =>
      new Set(text).size < DISTINCT_MIN ? 'must be random: countersign keys generate session' : undefined,
    ),
  },
  ...ownKeys.map((variable) => ({
    id: `own_${variable.toLowerCase()}`,
    variable,
    fault: (env: Environment) => {
      const twin = twinOf(env, variable)
      return twin && `must be a value of its own, not shared with ${twin}`
    },
  })),
  {
    id: 'cors_origins',
    variable: 'CORS_ORIGINS',
    fault: of('CORS_ORIGINS', (text) => {
      if (text.includes('*')) return 'must name each site: * lets any page call'
      return /http:\/\/|localhost|127\.0\.0\.1/.test(text) ? 'must hold https:// addresses of real sites' : undefined
    }),
  },
  {
    id: 'rate_limit',
    variable: 'RATE_LIMIT_PER_MINUTE',
    fault: of('RATE_LIMIT_PER_MINUTE', (text) => (Number(text) >= 1 ? undefined : 'must be at least 1')),
  },
  {
    id: 'tls_verified',
    variable: 'NODE_TLS_REJECT_UNAUTHORIZED',
    fault: ({ NODE_TLS_REJECT_UNAUTHORIZED: word }) =>
      word === '0' ? 'must not be 0: it takes any certificate for the right one' : undefined,
  },
  {
    id: 'errors_hidden',
    variable: 'SHOW_ERROR_TRACES',
    fault: ({ SHOW_ERROR_TRACES: word }) =>
      word && !/^(?:false|0|off|no)$/i.test(word) ? 'must not be on: an error tells nothing of our inside' : undefined,
  },
  {
    id: 'sandbox_off',
    variable: 'SANDBOX',
    fault: (env) => (isSandboxOn(env) ? 'cannot be on' : undefined),
  },
]

/** Beyond this the installation works, and somebody should have a look; nothing refuses to start for it. */
export const productionHints: readonly ProductionItem[] = [
  {
    id: 'log_level',
    variable: 'LOG_LEVEL',
    fault: of('LOG_LEVEL', (text) =>
      text === 'debug' || text === 'silent' ? 'should be info, warn or error' : undefined,
    ),
  },
  {
    id: 'security_contact',
    variable: 'SECURITY_CONTACT',
    fault: (env) => (has(env, 'SECURITY_CONTACT') ? undefined : 'should say where a hole is reported'),
  },
]

function databaseTlsFault(text: string): string | undefined {
  if (isLocal(text)) return undefined
  const wish = 'must end in ?ssl={"verifyIdentity":true} to another machine'
  try {
    const ssl: unknown = JSON.parse(parseUrl(text)?.searchParams.get('ssl') ?? '')
    const { verifyIdentity, rejectUnauthorized } = ssl as Record<string, unknown>
    return verifyIdentity === true && rejectUnauthorized !== false ? undefined : wish
  } catch {
    return wish
  }
}

/** A socket in the file system, or this machine: nothing goes over a wire. */
function isLocal(text: string): boolean {
  if (text.startsWith('/') || text.startsWith('unix:')) return true
  return LOCAL.test(parseUrl(text)?.hostname ?? '')
}
