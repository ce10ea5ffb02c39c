import type { MiddlewareHandler } from 'hono'
import { AppError } from '#src/domain/errors.ts'

/** Answers 503 when a request takes longer than this; what it began may still be done. Streams have answered long before. */
export function answerWithin(deadlineMs: number): MiddlewareHandler {
  return async (_c, next) => {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_resolve, reject) => {
      const error = new AppError('platform_unavailable', 'This took too long', { field: 'deadline' })
      timer = setTimeout(reject, deadlineMs, error)
    })
    try {
      await Promise.race([next(), late])
    } finally {
      clearTimeout(timer)
    }
  }
}
