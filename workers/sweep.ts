import { AppError } from '#src/domain/errors.ts'
import { errorFields, type Log } from '#src/observability/logger.ts'

interface SweepOptions {
  log: Log
  /** Answers how much it found of each kind. */
  sweep: () => Promise<object>
  everyMs?: number
}

const EVERY_MS = 2000

/** A plain clock, not a job: it repairs what happens when the queues are away. The next round starts after the last one. */
export function runSweep({ log, sweep, everyMs = EVERY_MS }: SweepOptions): { close(): Promise<void> } {
  let timer: NodeJS.Timeout | undefined
  let closed = false
  let round: Promise<void> = Promise.resolve()

  const tick = async () => {
    try {
      const swept = await sweep()
      if (Object.values(swept).some((found) => found !== 0)) log.info({ ...swept }, 'swept')
    } catch (error) {
      log.warn({ code: AppError.from(error).code, error: errorFields(error) }, 'sweep failed')
    }
    if (!closed) timer = setTimeout(start, everyMs)
  }
  const start = () => {
    round = tick()
  }
  start()

  return {
    close() {
      closed = true
      clearTimeout(timer)
      return round
    },
  }
}
