import { setTimeout as sleep } from 'node:timers/promises'
import type { Claim } from '#db/claims.ts'
import type { Post } from '#db/send-cases.ts'
import type { Slot } from '#src/limits/lanes.ts'
import { slotRequest } from '#src/limits/scopes.ts'
import type { Limiter } from '#src/limits/slots.ts'

interface AwaitDeps {
  limiter: Pick<Limiter, 'reserve'>
  now: () => Date
}

/** What one call may take at most; so much of the lease has to be left when it begins. */
export const CALL_MS = 20_000
/** How late a call may leave and still use its slot; the head-room of `domain/limit.ts` is made for it. */
const TOLERANCE_MS = 150
/** A claimed post waits so long for another slot; for one further ahead it goes back to its lane. */
const NEAR_MS = 1000
const TRADES_MAX = 5

/**
 * Waits for the instant of the slot. When reading and claiming took longer than the slot had lead, it is traded for the next
 * one, under the same name: otherwise a slow database would make every post miss every slot. False when the post has to go
 * back: no slot is near, or too little of the lease is left for a call.
 */
export async function awaitSlot(
  { limiter, now }: AwaitDeps,
  { name, msLeft }: NonNullable<Slot['call']>,
  { claim, post }: { claim: Claim; post: Post },
): Promise<boolean> {
  const { platform, accountId, conversationId } = post
  const request = slotRequest(name, { platform, endpointClass: 'send', accountId, conversationId })
  let left = msLeft
  for (let trades = 0; trades <= TRADES_MAX; trades++) {
    if (left() > NEAR_MS) return false
    if (left() > 0) await sleep(left())
    if (claim.leaseUntil.getTime() - now().getTime() < CALL_MS) return false
    if (left() >= -TOLERANCE_MS) return true
    const at = await limiter.reserve(request)
    left = () => at.getTime() - now().getTime()
  }
  return false
}
