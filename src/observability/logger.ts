/*
 * What a log line must never hold (tokens, keys, what people wrote) meets four locks on its way out:
 * the `Secret` type, errors told by their safe fields only, redaction by name, and a scrubber for known shapes.
 */
import pino from 'pino'
import pretty from 'pino-pretty'
import { AppError } from '#src/domain/errors.ts'
import { type ForeignError, foreignCauses } from './foreign-errors.ts'
import { createLineWriter } from './lines.ts'
import { scrub } from './scrub.ts'

export type Log = Pick<pino.Logger, 'debug' | 'info' | 'warn' | 'error'>

export interface ErrorFields {
  /** Ours, or `internal`. */
  code: string
  /** Our own words; absent for an error of others. */
  message?: string
  field?: string
  causes?: ForeignError[]
}

interface LoggerOptions {
  level: string
  /** Lines for a person at a terminal instead of JSON. */
  pretty: boolean
  /** Which process speaks. */
  process: string
  /** Takes the lines in place of stdout. */
  write?: (line: string) => void
}

/** Names whose values are never shown, at any depth. Our own walk hides them: pino's paths are exact, and many of them are slow. */
const hiddenNames = new Set([
  'token',
  'accessToken',
  'access_token',
  'sealedToken',
  'apiKey',
  'api_key',
  'secret',
  'password',
  'passwordHash',
  'authorization',
  'cookie',
  'signature',
  'text',
  'body',
  'email',
  'phone',
  'params',
])
const HIDDEN = '[hidden]'
const DEPTH_MAX = 6

/** One JSON line per event. */
export function createLogger({ level, pretty: readable, process, write }: LoggerOptions): Log {
  return pino(
    {
      level,
      base: { process },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      // pino would take an error's message for the line's own before any serializer sees it.
      hooks: { logMethod: logWithSafeErrors, streamWrite: scrub },
    },
    write ? { write } : readable ? prettyStream() : createLineWriter(),
  )
}

/** The safe fields of anything that was thrown. */
export function errorFields(error: unknown): ErrorFields {
  const ours = error instanceof AppError ? error : undefined
  const causes = foreignCauses(error)
  return {
    code: ours?.code ?? 'internal',
    ...(ours && { message: ours.message }),
    ...(ours?.field !== undefined && { field: ours.field }),
    ...(causes.length > 0 && { causes }),
  }
}

function prettyStream() {
  return pretty({ colorize: pretty.isColorSupported, ignore: 'pid,hostname', translateTime: 'HH:MM:ss.l', sync: true })
}

function logWithSafeErrors(this: pino.Logger, [first, ...rest]: unknown[], method: pino.LogFn): void {
  const fields = first instanceof Error ? { error: first } : first
  method.apply(this, [withSafeErrors(fields), ...rest.map((value) => withSafeErrors(value))] as Parameters<pino.LogFn>)
}

/** Puts its safe fields in the place of every error, however deep: an error's own properties may hold a statement and its values. */
function withSafeErrors(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Error) return errorFields(value)
  if ('toJSON' in value) return value
  if (depth >= DEPTH_MAX) return '[deep]'
  if (Array.isArray(value)) return value.map((item) => withSafeErrors(item, depth + 1))
  return withSafeFields(value as Record<string, unknown>, depth)
}

/** What holds nothing to hide is answered as it is: the fields of a line are seldom worth a copy. */
function withSafeFields(fields: Record<string, unknown>, depth: number): Record<string, unknown> {
  let safe = fields
  for (const name of Object.keys(fields)) {
    const shown = hiddenNames.has(name) ? HIDDEN : withSafeErrors(fields[name], depth + 1)
    if (shown === fields[name]) continue
    if (safe === fields) safe = { ...fields }
    safe[name] = shown
  }
  return safe
}
