/*
 * What drafting asks of the stores, for all jobs of a process that ask at the same time: a few statements for many
 * conversations. Each question is answered as if it had been asked alone.
 */
import { type Reservation, reserveBudgets, settleBudgets } from '#db/budgets.ts'
import { type Database, inTransaction, isUndone } from '#db/client.ts'
import { type DraftCase, type DraftLease, listDraftCases, listThreads, takeDraftLeases } from '#db/drafting.ts'
import { findLastApprovals } from '#db/echoes.ts'
import { listKnowledge } from '#db/knowledge.ts'
import { listRules } from '#db/rules.ts'
import { AppError } from '#src/domain/errors.ts'
import type { ConversationId, MessageId } from '#src/domain/ids.ts'
import { type End, type Ended, endTogether } from './draft-end.ts'
import { createGroup } from './group.ts'
import { type Material, TURNS_MAX } from './thread.ts'

/** As many conversations as one statement is about at most. */
const GROUP = { max: 50 }
/** Longer than the call's own deadline. */
export const LEASE_MS = 60_000

/** There is something to draft for. */
export type WaitingCase = DraftCase & { conversation: { headMessageId: MessageId } }

interface Wish {
  found: WaitingCase
  /** The most that the call can cost; none when there will be no call. */
  micros?: number
}

/** Undefined when the conversation has changed since it was read; without a reservation when the day's budget has no room. */
export type Taken = { lease: DraftLease; reservation: Reservation | undefined } | undefined

export interface DraftDesk {
  find(id: ConversationId): Promise<DraftCase | undefined>
  read(found: DraftCase): Promise<Material>
  take(wish: Wish): Promise<Taken>
  end(end: End): Promise<Ended>
}

export function openDraftDesk({ db, now }: { db: Database; now: () => Date }): DraftDesk {
  const endFree = createGroup((ends: End[]) => endAll(db, ends, { at: now(), wait: false }), GROUP)
  return {
    find: createGroup((ids: ConversationId[]) => find(db, ids), GROUP),
    read: createGroup((found: DraftCase[]) => read(db, found), GROUP),
    take: createGroup((wishes: Wish[]) => take(db, wishes, now()), GROUP),
    async end(end) {
      try {
        // Whoever else writes this conversation lets its neighbours wait for nothing.
        const ended = (await endFree(end)) ?? (await endAll(db, [end], { at: now(), wait: true }))[0]
        if (ended instanceof AppError) throw ended
        return ended ?? { isHeld: false }
      } catch (error) {
        // What cannot be stored was paid for all the same.
        if (end.cost && isUndone(error)) await settleBudgets(db, [end.cost])
        throw error
      }
    },
  }
}

async function find(db: Database, ids: ConversationId[]): Promise<(DraftCase | undefined)[]> {
  const found = new Map((await listDraftCases(db, ids)).map((row) => [row.conversation.id, row]))
  return ids.map((id) => found.get(id))
}

async function read(db: Database, found: DraftCase[]): Promise<Material[]> {
  const ids = [...new Set(found.map(({ conversation }) => conversation.id))]
  const accountIds = [...new Set(found.map(({ account }) => account.id))]
  const [threads, approvals, knowledge, rules] = await Promise.all([
    listThreads(db, ids, TURNS_MAX),
    findLastApprovals(db, ids),
    listKnowledge(db, accountIds),
    listRules(db, accountIds),
  ])
  return found.map(({ conversation, account }) => ({
    messages: threads.get(conversation.id) ?? [],
    approvedAt: approvals.get(conversation.id),
    knowledge: knowledge.get(account.id) ?? [],
    rules: rules.get(account.id) ?? [],
  }))
}

/** Leases and budgets in one transaction: a worker that dies before its end has taken neither. */
function take(db: Database, wishes: Wish[], at: Date): Promise<Taken[]> {
  const until = new Date(at.getTime() + LEASE_MS)
  return inTransaction(db, async (tx) => {
    const isTaken = await takeDraftLeases(
      tx,
      wishes.map(({ found }) => found.conversation),
      until,
    )
    const costly = wishes.filter(({ micros }, index) => isTaken[index] && micros !== undefined)
    const reservations = await reserveBudgets(tx, costly.map(toBudgetWish), at)
    const reserved = new Map(costly.map((wish, index) => [wish, reservations[index]]))
    return wishes.map((wish, index) => {
      const { id: conversationId, headMessageId, draftDueAt: dueAt } = wish.found.conversation
      const lease = { conversationId, headMessageId, dueAt, until }
      return isTaken[index] ? { lease, reservation: reserved.get(wish) } : undefined
    })
  })
}

function toBudgetWish({ found: { account }, micros = 0 }: Wish) {
  return { accountId: account.id, micros, budgetMicros: account.dailyBudgetMicros }
}

/** After a lost connection nobody knows whether the costs are settled, and to settle them again would free what others hold: so nobody tries again. */
async function endAll(
  db: Database,
  ends: End[],
  how: { at: Date; wait: boolean },
): Promise<(Ended | undefined | AppError)[]> {
  try {
    return await inTransaction(db, (tx) => endTogether(tx, ends, how))
  } catch (error) {
    if (isUndone(error)) throw error
    return ends.map(() => AppError.from(error))
  }
}
