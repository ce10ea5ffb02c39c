import { and, inArray, sql } from 'drizzle-orm'
import type { ConversationId } from '#src/domain/ids.ts'
import type { Transaction } from './client.ts'
import { insertAll, isOneOf } from './many.ts'
import { drafts } from './schema/drafts.ts'

export type WaitingDraft = Omit<
  typeof drafts.$inferInsert,
  'waitingFor' | 'status' | 'version' | 'createdAt' | 'updatedAt'
>

/** Stores proposed replies as the ones that wait for review; throws a duplicate while another one waits. */
export async function insertWaitingDrafts(tx: Transaction, proposed: readonly WaitingDraft[], at: Date): Promise<void> {
  const rows = proposed.map((draft) => ({
    ...draft,
    waitingFor: draft.conversationId,
    status: 'pending_review' as const,
    createdAt: at,
    updatedAt: at,
  }))
  await insertAll(tx, drafts, rows)
}

/** Withdraws the drafts that wait in these conversations; answers how many did. */
export async function supersedeDrafts(tx: Transaction, ids: readonly ConversationId[], at: Date): Promise<number> {
  if (ids.length === 0) return 0
  const [{ affectedRows }] = await tx
    .update(drafts)
    .set({ status: 'superseded', waitingFor: null, updatedAt: at, version: sql`version + 1` })
    .where(and(isOneOf(drafts.waitingFor, ids), inArray(drafts.status, ['pending_review', 'needs_second'])))
  return affectedRows
}
