/*
 * The conversation as drafting sees it. A lease names what it was taken for: the head, the moment drafting became due, and
 * its own end. Whatever happens meanwhile (a newer message, an edit, an answer by hand) changes one of them, and then the
 * lease settles nothing any more. Each sentence is about many conversations at once and costs one round trip.
 */
import { eq, sql } from 'drizzle-orm'
import type { RowDataPacket } from 'mysql2'
import type { Attention, NoDraftReason } from '#src/domain/draft.ts'
import type { ConversationId, MessageId } from '#src/domain/ids.ts'
import { isAfter } from '#src/domain/thread.ts'
import type { Conn, Database, Transaction } from './client.ts'
import { groupsOf, isOneOf, selectEach } from './many.ts'
import { accounts } from './schema/accounts.ts'
import { contacts } from './schema/contacts.ts'
import { conversations } from './schema/conversations.ts'
import { deskEntries } from './schema/desk-entries.ts'
import type { messages } from './schema/messages.ts'

export type DraftCase = Awaited<ReturnType<typeof listDraftCases>>[number]
export type ThreadMessage = Pick<
  typeof messages.$inferSelect,
  'id' | 'direction' | 'origin' | 'form' | 'text' | 'attachments' | 'sentAt' | 'deletedAt' | 'createdAt'
>

export interface DraftLease {
  conversationId: ConversationId
  headMessageId: MessageId
  dueAt: Date | null
  until: Date
}

/** What a conversation asks of an operator from now on. */
export interface Outcome {
  attention: Attention
  reason?: NoDraftReason
  note?: string
}

const { id, attention, headMessageId, draftDueAt, draftLeaseUntil, draftLeaseHeadId, draftInstruction, version } =
  conversations
const leaseColumns = { id, attention, headMessageId, draftDueAt, draftLeaseUntil }
const NO_LEASE = { draftLeaseUntil: null, draftLeaseHeadId: null, version: sql`version + 1` }
const NOTE_CHARS_MAX = 255

/** The conversations with their accounts and contacts. */
export function listDraftCases(conn: Conn, ids: readonly ConversationId[]) {
  const { platform, name, voice, dailyBudgetMicros, humanAgent, disclosure, disclosureGapMs, maskForModel } = accounts
  const { kind, windowExpiresAt, lastInboundAt, standby } = conversations
  const { assigneeId, label, risk, isUrgent } = deskEntries
  return conn
    .select({
      conversation: {
        ...{ ...leaseColumns, draftLeaseHeadId, draftInstruction, version },
        ...{ kind, windowExpiresAt, lastInboundAt, standby },
      },
      account: {
        ...{ id: accounts.id, platform, name, voice, dailyBudgetMicros, humanAgent, disclosure, disclosureGapMs },
        maskForModel,
      },
      contact: { name: contacts.name, username: contacts.username, optedOutAt: contacts.optedOutAt },
      desk: { assigneeId, label, risk, isUrgent },
    })
    .from(conversations)
    .innerJoin(accounts, eq(accounts.id, conversations.accountId))
    .innerJoin(contacts, eq(contacts.id, conversations.contactId))
    .leftJoin(deskEntries, eq(deskEntries.conversationId, id))
    .where(isOneOf(id, ids))
}

/** The newest messages that still have something to show of each conversation, oldest first. */
export async function listThreads(
  db: Database,
  ids: readonly ConversationId[],
  limit: number,
): Promise<Map<ConversationId, ThreadMessage[]>> {
  const rows = await selectEach(
    db,
    `SELECT conversation_id, id, direction, origin, form, text, attachments, sent_at, created_at FROM messages
     WHERE conversation_id = ? AND deleted_at IS NULL ORDER BY sent_at DESC, id DESC LIMIT ${limit}`,
    ids,
  )
  const threads = groupsOf(rows.map(toMessage), (message) => message.conversationId)
  for (const thread of threads.values()) thread.sort((a, b) => (isAfter(a, b) ? 1 : -1))
  return threads
}

function toMessage({ conversation_id, sent_at, created_at, attachments, ...row }: RowDataPacket) {
  const times = { sentAt: sent_at, createdAt: created_at, deletedAt: null }
  const message = { ...row, ...times, attachments: JSON.parse(attachments) } as ThreadMessage
  return { ...message, conversationId: conversation_id as ConversationId }
}

/**
 * Says of each state that was read whether its lease is taken now: nobody has changed the row since. A row that somebody
 * writes at this moment is left alone, so nobody waits here.
 */
export async function takeDraftLeases(
  tx: Transaction,
  seen: readonly { id: ConversationId; version: number }[],
  until: Date,
): Promise<boolean[]> {
  const ids = seen.map((state) => state.id)
  const rows = await tx
    .select({ id, version })
    .from(conversations, { forceIndex: 'PRIMARY' })
    .where(isOneOf(id, ids))
    .orderBy(id)
    .for('update', { skipLocked: true })
  const versions = new Map(rows.map((row) => [row.id, row.version]))
  // The second of two who ask for the same conversation finds it gone.
  const isTaken = seen.map((state) => versions.get(state.id) === state.version && versions.delete(state.id))
  const taken = ids.filter((_id, index) => isTaken[index])
  if (taken.length > 0)
    await tx
      .update(conversations)
      .set({ draftLeaseUntil: until, draftLeaseHeadId: sql`${headMessageId}`, version: sql`version + 1` })
      .where(isOneOf(id, taken))
  return isTaken
}

/**
 * Locks the rows of leases, as every writer of a conversation does first, and says of each whether it still counts. When
 * nobody is to wait, a row that somebody writes at this moment is left alone, and the answer about it is undefined.
 */
export async function lockDraftLeases(
  tx: Transaction,
  leases: readonly DraftLease[],
  { wait }: { wait: boolean },
): Promise<(boolean | undefined)[]> {
  const ids = leases.map(({ conversationId }) => conversationId)
  const rows = await tx
    .select(leaseColumns)
    .from(conversations, { forceIndex: 'PRIMARY' })
    .where(isOneOf(id, ids))
    .orderBy(id)
    .for('update', wait ? {} : { skipLocked: true })
  const found = new Map(rows.map((row) => [row.id, row]))
  return leases.map((lease) => {
    const row = found.get(lease.conversationId)
    if (!row) return wait ? false : undefined
    return (
      row.attention === 'waiting' &&
      row.headMessageId === lease.headMessageId &&
      row.draftDueAt?.getTime() === lease.dueAt?.getTime() &&
      row.draftLeaseUntil?.getTime() === lease.until.getTime()
    )
  })
}

/** Ends locked leases; what the conversations wait for is over. */
export async function endDraftLeases(
  tx: Transaction,
  ids: readonly ConversationId[],
  { attention, reason, note }: Outcome,
  at: Date,
): Promise<void> {
  if (ids.length === 0) return
  await tx
    .update(conversations)
    .set({
      ...NO_LEASE,
      attention,
      attentionReason: reason ?? null,
      attentionNote: note === undefined ? null : [...note].slice(0, NOTE_CHARS_MAX).join(''),
      draftDueAt: null,
      draftInstruction: null,
      updatedAt: at,
    })
    .where(isOneOf(id, ids))
}

/** Gives locked leases back, so that the next try need not wait for their end. */
export async function releaseDraftLeases(tx: Transaction, ids: readonly ConversationId[]): Promise<void> {
  if (ids.length === 0) return
  await tx.update(conversations).set(NO_LEASE).where(isOneOf(id, ids))
}
