import { and, eq, sql } from 'drizzle-orm'
import type { ConversationId } from '#src/domain/ids.ts'
import type { Conn } from './client.ts'
import { drafts } from './schema/drafts.ts'

export type WaitingDraft = Omit<
  typeof drafts.$inferInsert,
  'waitingFor' | 'status' | 'version' | 'createdAt' | 'updatedAt'
>

/** Stores a proposed reply as the one that waits for review; throws a duplicate while another one waits. */
export async function insertWaitingDraft(conn: Conn, draft: WaitingDraft, at: Date): Promise<void> {
  const { conversationId } = draft
  await conn
    .insert(drafts)
    .values({ ...draft, waitingFor: conversationId, status: 'pending_review', createdAt: at, updatedAt: at })
}

/** Withdraws the draft that waits in this conversation; false when none did. */
export async function supersedeDraft(conn: Conn, conversationId: ConversationId, at: Date): Promise<boolean> {
  const [{ affectedRows }] = await conn
    .update(drafts)
    .set({ status: 'superseded', waitingFor: null, updatedAt: at, version: sql`version + 1` })
    .where(and(eq(drafts.waitingFor, conversationId), eq(drafts.status, 'pending_review')))
  return affectedRows > 0
}
