/*
 * What a call came to must be written down, whatever happens to the database meanwhile: each try names the fence, so one
 * that succeeded without our hearing of it leaves nothing for the next to do. Calls that arrived are settled together.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { appendAudits } from '#db/audit.ts'
import type { Claim } from '#db/claims.ts'
import { inTransaction } from '#db/client.ts'
import { settleArrived } from '#db/sent.ts'
import type { Outcome } from '#src/domain/outbox.ts'
import { createGroup } from './group.ts'
import type { Next } from './next.ts'
import { announce, postEntry, type SettleDeps, type Settling, settleOutcome } from './settle.ts'

interface Arrived {
  settling: Settling
  claim: Claim
  outcome: Extract<Outcome, { kind: 'sent' }>
}

const GROUP_MAX = 100
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 2000

/** Settles a call; throws only when the database stayed away until the lease was over. */
export function createSettleCall(deps: SettleDeps) {
  const settleTogether = createGroup((calls: Arrived[]) => settleAll(deps, calls), { max: GROUP_MAX })

  return (settling: Settling, claim: Claim, outcome: Outcome): Promise<Next> =>
    untilLeaseEnds(deps, claim, async () => {
      if (outcome.kind !== 'sent') return settleOutcome(deps, settling, claim, outcome)
      await settleTogether({ settling, claim, outcome })
      return {}
    })
}

async function settleAll({ db, publish, now }: SettleDeps, calls: Arrived[]): Promise<undefined[]> {
  const at = now()
  const arrived = calls.map(({ settling, claim, outcome }) => {
    const { messageRef, recipientRef } = outcome
    return { post: settling.post, claim, messageRef, ...(recipientRef && { recipientRef }), settling, outcome }
  })
  const settled = await inTransaction(db, async (tx) => {
    const held = await settleArrived(tx, arrived, at)
    await appendAudits(
      tx,
      held.flatMap(({ settling, claim, messageRef }) => {
        const post = { ...settling.post, fence: claim.fence }
        const entry = postEntry({ ...settling, post }, { status: 'sent', messageRef })
        return entry ? [{ ...entry, actor: { kind: 'process' as const, id: 'sending' }, at }] : []
      }),
    )
    return held
  })
  for (const { settling, outcome, messageRef } of settled)
    announce(publish, settling, outcome, { status: 'sent', messageRef })
  return calls.map(() => undefined)
}

async function untilLeaseEnds<T>({ now }: SettleDeps, { leaseUntil }: Claim, work: () => Promise<T>): Promise<T> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    try {
      return await work()
    } catch (error) {
      if (now().getTime() + pauseMs >= leaseUntil.getTime()) throw error
      await sleep(pauseMs)
    }
  }
}
