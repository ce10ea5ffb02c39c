import { AppError } from '#src/domain/errors.ts'

/** What may be told about an error that is not ours. Never its message: drivers put parameters there, APIs what they were sent. */
export interface ForeignError {
  name: string
  code?: string
  errno?: number
  status?: number
  requestId?: string
  at?: string[]
}

const CAUSES_MAX = 4
const FRAMES_MAX = 8
const FRAME = /^\s+at .*\d+:\d+\)?$/
/** First line of a stack that was taken while the error had no message. */
const BARE_HEADER = /^\w*:? ?$/

/** The errors of others that led to this one, outermost first, each by its safe fields. */
export function foreignCauses(error: unknown): ForeignError[] {
  return [...chain(error)].filter((link) => !(link instanceof AppError)).map(foreignFields)
}

function* chain(error: unknown): Generator<unknown> {
  let link = error
  for (let i = 0; link !== undefined && link !== null && i <= CAUSES_MAX; i++) {
    yield link
    link = link instanceof Error ? link.cause : undefined
  }
}

function foreignFields(error: unknown): ForeignError {
  if (!(error instanceof Error)) return { name: typeof error }
  const { code, errno, status, requestID } = error as Error & Record<string, unknown>
  const at = framesOf(error)
  return {
    name: shaped(error.name, /^[A-Za-z][\w$]{0,60}$/) ?? 'Error',
    ...optional('code', shaped(code, /^[A-Za-z][A-Za-z0-9_]{1,60}$/)),
    ...optional('errno', number(errno)),
    ...optional('status', number(status)),
    ...optional('requestId', shaped(requestID, /^[\w-]{1,80}$/)),
    ...(at.length > 0 && { at }),
  }
}

/** Where it happened. Lines of the message that look like a frame are not mistaken for one. */
function framesOf({ stack = '', message }: Error): string[] {
  const end = message === '' ? 0 : stack.indexOf(message)
  const isBare = BARE_HEADER.test(stack.slice(0, stack.indexOf('\n')))
  if (end < 0 && !isBare) return []
  const behindMessage = end < 0 ? stack : stack.slice(end + message.length)
  // A message that was changed later may be the beginning of the one in the stack.
  if (!isBare && !behindMessage.startsWith('\n')) return []
  return behindMessage
    .split('\n')
    .filter((line) => FRAME.test(line))
    .slice(0, FRAMES_MAX)
    .map((line) => line.trim().slice(0, 200))
}

function shaped(value: unknown, shape: RegExp): string | undefined {
  return typeof value === 'string' && shape.test(value) ? value : undefined
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}

function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: V }
}
