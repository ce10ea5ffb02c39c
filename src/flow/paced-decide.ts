import type { Database } from '#db/client.ts'
import { listApprovalsOf } from '#db/pace.ts'
import { AppError } from '#src/domain/errors.ts'
import { PACE_MS, QUICK_MAX, waitsUntil } from '#src/domain/pace.ts'
import type { createDecide } from './review.ts'

type Decide = ReturnType<typeof createDecide>

interface PaceDeps {
  db: Database
  now: () => Date
  decide: Decide
}

/** Decides at a pace at which a person can have read what goes out. Throws `conflict` when it is too quick. */
export function createPacedDecide({ db, now, decide }: PaceDeps): Decide {
  return async (input) => {
    if (input.decision.verdict === 'approve') {
      const at = now()
      const since = new Date(at.getTime() - PACE_MS)
      const until = waitsUntil(await listApprovalsOf(db, input.operatorId, since, QUICK_MAX), at)
      if (until) throw tooQuick(Math.ceil((until.getTime() - at.getTime()) / 1000))
    }
    return decide(input)
  }
}

function tooQuick(seconds: number): AppError {
  const words = `You have approved ${QUICK_MAX} replies within a minute. Read on, and approve this one in ${seconds} s`
  return new AppError('conflict', words, { field: 'pace' })
}
