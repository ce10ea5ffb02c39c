import { SecretsError } from '#src/config/errors.ts'
import { ConfigError } from '#src/config.ts'
import { AppError, type ErrorCode } from '#src/domain/errors.ts'
import { errorFields } from '#src/observability/logger.ts'
import { type Command, exitCodes, type Io, UsageError } from './command.ts'
import { usageOf } from './help.ts'

const codes: Record<ErrorCode, number> = {
  invalid_input: exitCodes.invalid,
  unauthenticated: exitCodes.failed,
  forbidden: exitCodes.failed,
  reauthentication_required: exitCodes.failed,
  not_found: exitCodes.notFound,
  conflict: exitCodes.conflict,
  too_many_requests: exitCodes.tryLater,
  rate_limited: exitCodes.tryLater,
  credential_rejected: exitCodes.failed,
  platform_refused: exitCodes.failed,
  platform_unavailable: exitCodes.unavailable,
  outcome_unknown: exitCodes.failed,
  internal: exitCodes.failed,
}

/** What a driver calls a store that cannot be reached. */
const AWAY = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'ENOENT',
  'EHOSTUNREACH',
  'ETIMEDOUT',
  'PROTOCOL_CONNECTION_LOST',
])
const NO_SUCH_TABLE = 1146
const REFUSED_LOGIN = new Set([1044, 1045, 1049, 1698])

/** Says on stderr what went wrong, without any driver's own words, and answers the exit code. */
export function tellError(error: unknown, command: Command | undefined, { err }: Io): number {
  if (error instanceof UsageError) {
    err(`${error.message}\n${command ? usageOf(command) : 'countersign --help lists the commands'}\n`)
    return exitCodes.usage
  }
  if (error instanceof SecretsError) {
    err(`${error.message}\n`)
    return error.isPassing ? exitCodes.unavailable : exitCodes.config
  }
  if (error instanceof ConfigError) {
    err(`${error.message}\n`)
    return exitCodes.config
  }
  if (error instanceof AppError && error.code !== 'internal') {
    err(`${error.message}\n`)
    return codes[error.code]
  }
  return tellForeign(error, err)
}

function tellForeign(error: unknown, err: Io['err']): number {
  const { message, causes = [] } = errorFields(error)
  const numbers = causes.map(({ errno = 0 }) => errno)
  if (numbers.includes(NO_SUCH_TABLE)) {
    err('The database is not set up yet; run: countersign migrate\n')
    return exitCodes.unavailable
  }
  if (numbers.some((number) => REFUSED_LOGIN.has(number))) {
    err('DATABASE_URL names a user or a database that the server does not accept\n')
    return exitCodes.config
  }
  if (causes.some(({ code = '' }) => AWAY.has(code))) {
    err('The database cannot be reached\n')
    return exitCodes.unavailable
  }
  const kind = causes.map(({ name, code }) => code ?? name).join(', ')
  err(`${message ?? 'Something went wrong'}${kind ? ` (${kind})` : ''}\n`)
  return exitCodes.failed
}
