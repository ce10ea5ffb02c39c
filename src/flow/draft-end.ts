import { appendAudits } from '#db/audit.ts'
import { type BudgetState, type Reservation, settleBudgets } from '#db/budgets.ts'
import type { Transaction } from '#db/client.ts'
import { type DraftLease, endDraftLeases, lockDraftLeases, type Outcome, releaseDraftLeases } from '#db/drafting.ts'
import { insertWaitingDrafts, supersedeDrafts, type WaitingDraft } from '#db/drafts.ts'
import { groupsOf } from '#db/many.ts'
import { type Marks, markConversations } from '#db/rules.ts'
import type { AuditEvent } from '#src/domain/audit.ts'

/** How a try ends. */
export interface End {
  lease: DraftLease
  /** What the conversation asks for from now on; without one it is tried again. */
  outcome?: Outcome
  draft?: WaitingDraft
  /** What rules have to say of the conversation, and the entry that says so. */
  ruled?: { marks: Marks | undefined; entry: AuditEvent | undefined }
  /** What the call cost; it counts whatever has become of the lease. */
  cost?: { reservation: Reservation; micros: number }
}

export interface Ended {
  /** The lease counted to the end, so what was to be written is written. */
  isHeld: boolean
  /** How the account's day stands now, when there was a cost. */
  budget?: BudgetState
}

/** Ends many tries. Undefined for one whose conversation somebody else writes at this moment: nothing of it is done. */
export async function endTogether(
  tx: Transaction,
  ends: readonly End[],
  { at, wait }: { at: Date; wait: boolean },
): Promise<(Ended | undefined)[]> {
  const counts = await lockDraftLeases(
    tx,
    ends.map(({ lease }) => lease),
    { wait },
  )
  const held = ends.filter((_end, index) => counts[index])
  await moveOn(tx, held, at)
  await store(tx, held, at)
  const free = ends.filter((_end, index) => counts[index] !== undefined)
  const budgets = await settleCosts(tx, free)
  await appendAudits(
    tx,
    held.flatMap(({ ruled }) => ruled?.entry ?? []),
  )
  return ends.map((end, index) => {
    const isHeld = counts[index]
    const budget = budgets.get(end)
    return isHeld === undefined ? undefined : { isHeld, ...(budget && { budget }) }
  })
}

async function moveOn(tx: Transaction, held: readonly End[], at: Date): Promise<void> {
  for (const group of groupsOf(held, ({ outcome }) => JSON.stringify(outcome)).values()) {
    const ids = group.map(({ lease }) => lease.conversationId)
    const outcome = group[0]?.outcome
    await (outcome ? endDraftLeases(tx, ids, outcome, at) : releaseDraftLeases(tx, ids))
  }
}

async function store(tx: Transaction, held: readonly End[], at: Date): Promise<void> {
  const drafts = held.flatMap(({ draft }) => draft ?? [])
  await supersedeDrafts(
    tx,
    drafts.map(({ conversationId }) => conversationId),
    at,
  )
  await insertWaitingDrafts(tx, drafts, at)
  await markConversations(
    tx,
    held.flatMap(({ ruled }) => ruled?.marks ?? []),
    at,
  )
}

async function settleCosts(tx: Transaction, ends: readonly End[]): Promise<Map<End, BudgetState>> {
  const costly = ends.filter(({ cost }) => cost)
  const states = await settleBudgets(
    tx,
    costly.flatMap(({ cost }) => cost ?? []),
  )
  return new Map(costly.flatMap((end, index) => (states[index] ? [[end, states[index]]] : [])))
}
