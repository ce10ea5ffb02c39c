/*
 * The conversation as drafting sees it. A lease names what it was taken for: the head, the moment drafting became due, and
 * its own end. Whatever happens meanwhile (a newer message, an edit, an answer by hand) changes one of them, and then the
 * lease settles nothing any more.
 */
import { and, desc, eq, isNull, sql } from 'drizzle-orm'
import type { Attention, NoDraftReason } from '#src/domain/draft.ts'
import type { ConversationId, MessageId } from '#src/domain/ids.ts'
import type { Conn } from './client.ts'
import { accounts } from './schema/accounts.ts'
import { contacts } from './schema/contacts.ts'
import { conversations } from './schema/conversations.ts'
import { messages } from './schema/messages.ts'

export type DraftCase = NonNullable<Awaited<ReturnType<typeof findDraftCase>>>
export type MessageRow = typeof messages.$inferSelect

export interface DraftLease {
  conversationId: ConversationId
  headMessageId: MessageId
  dueAt: Date | null
  until: Date
}

/** The conversation with its account and contact. */
export async function findDraftCase(conn: Conn, id: ConversationId) {
  const [row] = await conn
    .select({ conversation: conversations, account: accounts, contact: contacts })
    .from(conversations)
    .innerJoin(accounts, eq(accounts.id, conversations.accountId))
    .innerJoin(contacts, eq(contacts.id, conversations.contactId))
    .where(eq(conversations.id, id))
  return row
}

/** Takes the lease, unless the row has changed since `version` was read. */
export async function takeDraftLease(conn: Conn, lease: DraftLease, version: number): Promise<boolean> {
  const [{ affectedRows }] = await conn
    .update(conversations)
    .set({ draftLeaseUntil: lease.until, draftLeaseHeadId: lease.headMessageId, version: sql`version + 1` })
    .where(and(eq(conversations.id, lease.conversationId), eq(conversations.version, version)))
  return affectedRows === 1
}

/** Gives the lease back, so that the next try need not wait for its end. */
export async function releaseDraftLease(conn: Conn, lease: DraftLease): Promise<void> {
  await conn
    .update(conversations)
    .set({ draftLeaseUntil: null, draftLeaseHeadId: null, version: sql`version + 1` })
    .where(held(lease))
}

/** Says what the conversation asks of an operator from now on; false when the lease no longer counts. */
export async function settleDraftLease(
  conn: Conn,
  lease: DraftLease,
  to: { attention: Attention; reason?: NoDraftReason; note?: string },
  at: Date,
): Promise<boolean> {
  const [{ affectedRows }] = await conn
    .update(conversations)
    .set({
      attention: to.attention,
      attentionReason: to.reason ?? null,
      attentionNote: to.note === undefined ? null : [...to.note].slice(0, 255).join(''),
      draftDueAt: null,
      draftLeaseUntil: null,
      draftLeaseHeadId: null,
      draftInstruction: null,
      updatedAt: at,
      version: sql`version + 1`,
    })
    .where(held(lease))
  return affectedRows === 1
}

/** The newest messages that still have something to show, oldest first. */
export async function listThread(conn: Conn, id: ConversationId, limit: number): Promise<MessageRow[]> {
  const rows = await conn
    .select()
    .from(messages)
    .where(and(eq(messages.conversationId, id), isNull(messages.deletedAt)))
    .orderBy(desc(messages.sentAt), desc(messages.id))
    .limit(limit)
  return rows.reverse()
}

function held({ conversationId, headMessageId, dueAt, until }: DraftLease) {
  return and(
    eq(conversations.id, conversationId),
    eq(conversations.attention, 'waiting'),
    eq(conversations.headMessageId, headMessageId),
    sql`${conversations.draftDueAt} <=> ${dueAt}`,
    eq(conversations.draftLeaseUntil, until),
  )
}
