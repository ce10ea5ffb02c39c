/* Several drafts with one press: each is judged as if it had been approved alone, and only what asks for no second look is taken. */
import type { Database } from '#db/client.ts'
import { findDraftToDecide } from '#db/reviews.ts'
import { AppError } from '#src/domain/errors.ts'
import type { DraftId, OperatorId, PostId } from '#src/domain/ids.ts'
import { BULK_MAX, isCalm } from '#src/domain/pace.ts'
import type { Seen } from '#src/domain/review.ts'
import type { createDecide } from './review.ts'

interface Pick {
  draftId: DraftId
  seen: Seen
}

/** What became of one of them. */
type Outcome = { draftId: DraftId; postId: PostId } | { draftId: DraftId; refusal: string }

interface ManyDeps {
  db: Database
  decide: ReturnType<typeof createDecide>
}

/** Throws `invalid_input` for more than can be read through at once; else each has its own outcome. */
export function createApproveMany({ db, decide }: ManyDeps) {
  return async ({ picks, operatorId }: { picks: readonly Pick[]; operatorId: OperatorId }): Promise<Outcome[]> => {
    if (picks.length > BULK_MAX) {
      throw new AppError('invalid_input', `At most ${BULK_MAX} replies can be approved together`, { field: 'picks' })
    }
    const outcomes: Outcome[] = []
    for (const { draftId, seen } of picks) {
      outcomes.push({ draftId, ...(await approveOne(draftId, seen, operatorId).catch(refusalOf)) })
    }
    return outcomes
  }

  async function approveOne(draftId: DraftId, seen: Seen, operatorId: OperatorId) {
    const found = await findDraftToDecide(db, draftId)
    if (!found) throw new AppError('not_found', 'There is no such draft')
    if (!isCalm(found.draft)) throw new AppError('conflict', 'This draft asks for a closer look: open it alone')
    const decision = { verdict: 'approve' as const, text: found.draft.text, seen }
    const [made] = await decide({ draftId, decision, operatorId, givenBy: 'console' })
    if (!made) throw new AppError('conflict', 'You approved it; it leaves once a second person has approved it too')
    return { postId: made.postId }
  }
}

/** What is wrong with one stops none of the others; what is wrong with us stops all. */
function refusalOf(thrown: unknown): { refusal: string } {
  const error = AppError.from(thrown)
  if (!['conflict', 'forbidden', 'invalid_input', 'not_found'].includes(error.code)) throw thrown
  return { refusal: error.message }
}
