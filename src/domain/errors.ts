/** How each edge answers: the HTTP status for a request, the next step for a job, the level for a log line. */
export const handling = {
  invalid_input: { status: 422, job: 'stop', level: 'info' },
  unauthenticated: { status: 401, job: 'stop', level: 'warn' },
  forbidden: { status: 403, job: 'stop', level: 'warn' },
  // Signed in, but not of late: the same request is welcome after a fresh proof.
  reauthentication_required: { status: 403, job: 'stop', level: 'info' },
  not_found: { status: 404, job: 'stop', level: 'info' },
  conflict: { status: 409, job: 'stop', level: 'info' },
  // Somebody asks us too often; `rate_limited` is a platform that we asked too often.
  too_many_requests: { status: 429, job: 'wait', level: 'info' },
  rate_limited: { status: 503, job: 'wait', level: 'info' },
  credential_rejected: { status: 502, job: 'stop', level: 'error' },
  platform_refused: { status: 502, job: 'stop', level: 'warn' },
  platform_unavailable: { status: 503, job: 'retry', level: 'warn' },
  // Retrying could post twice; evidence or an operator settles it.
  outcome_unknown: { status: 502, job: 'stop', level: 'error' },
  internal: { status: 500, job: 'retry', level: 'error' },
} as const satisfies Record<
  string,
  { status: number; job: 'retry' | 'wait' | 'stop'; level: 'info' | 'warn' | 'error' }
>

export type ErrorCode = keyof typeof handling

export class AppError extends Error {
  override readonly name = 'AppError'
  readonly code: ErrorCode
  /** The input field or rule that is at fault, for a form to point at. */
  readonly field: string | undefined
  /** For `rate_limited` and `too_many_requests`: when it may be tried again. */
  readonly until: Date | undefined

  /** `message` reaches operators and logs, so it carries no secret and no customer text. */
  constructor(
    code: ErrorCode,
    message: string,
    { cause, field, until }: { cause?: unknown; field?: string; until?: Date } = {},
  ) {
    super(message, { cause })
    this.code = code
    this.field = field
    this.until = until
  }

  /** Anything we did not name ourselves is internal, and its message goes nowhere. */
  static from(error: unknown): AppError {
    return error instanceof AppError ? error : new AppError('internal', 'Unexpected error', { cause: error })
  }
}
