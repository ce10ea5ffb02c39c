import { AppError } from '#src/domain/errors.ts'
import { cleanReply } from '#src/domain/review.ts'

const LINE_MAX = 255

/** Text of several lines as a form sends it; throws `invalid_input` when it is too long, or empty and may not be. */
export function prose(
  text: string,
  { field, max, mayBeEmpty = false }: { field: string; max?: number; mayBeEmpty?: boolean },
): string {
  const clean = cleanReply(text)
  if (clean === '' && !mayBeEmpty) throw new AppError('invalid_input', 'Please write something', { field })
  if (max && clean.length > max) {
    throw new AppError('invalid_input', `This has ${clean.length} characters; at most ${max} fit`, { field })
  }
  return clean
}

/** One line of at most 255 characters; throws `invalid_input` when it is longer. */
export function line(text: string, field: string): string {
  const clean = cleanReply(text).replace(/\s+/g, ' ')
  if (clean.length <= LINE_MAX) return clean
  throw new AppError('invalid_input', `This has ${clean.length} characters; at most ${LINE_MAX} fit`, { field })
}

/** Throws `invalid_input` for a number outside its range, or none at all. */
export function between(
  value: number,
  { field, min, max, message }: { field: string; min: number; max: number; message: string },
): void {
  if (!Number.isFinite(value) || value < min || value > max) throw new AppError('invalid_input', message, { field })
}
