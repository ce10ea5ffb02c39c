import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '#src/domain/errors.ts'
import type { Limiter, SlotRequest } from '#src/limits/slots.ts'

/** A call waits this long for its slot, unless its caller has more time; anything longer is left to the queue. */
const NEAR_SLOT_MS = 3000

/** Lets each call of one look go at its own slot; throws `rate_limited` when none is near. */
export function createPace(
  { limiter, now }: { limiter: Pick<Limiter, 'reserve'>; now: () => Date },
  slotOf: (call: number) => SlotRequest,
  nearMs = NEAR_SLOT_MS,
): () => Promise<void> {
  let calls = 0
  return async () => {
    const request = slotOf(calls++)
    for (;;) {
      const until = await limiter.reserve(request)
      const ms = until.getTime() - now().getTime()
      if (ms <= 0) return
      if (ms > nearMs) throw new AppError('rate_limited', 'No slot is near', { until })
      await sleep(ms)
    }
  }
}
