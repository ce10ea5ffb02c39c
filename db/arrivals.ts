import { and, eq, gte, or, sql } from 'drizzle-orm'
import { type AccountId, type ContactId, type ConversationId, newId } from '#src/domain/ids.ts'
import type { Transaction } from './client.ts'
import type { Conversation } from './conversations.ts'
import type { StoredEvent } from './inbox.ts'
import { anyOf, insertAll, isOneOf, writtenOver } from './many.ts'
import { type NewMessage, type Recent, recentColumns } from './messages.ts'
import { contacts } from './schema/contacts.ts'
import { conversations } from './schema/conversations.ts'
import { inboundEvents } from './schema/inbound-events.ts'
import { messages } from './schema/messages.ts'

/* The sentences of conversations, inbox and messages for many arrivals at once. Each costs one round trip, however many they are. */

/** Who writes to whom. */
export interface Place {
  accountId: AccountId
  contactRef: string
}

/** A contact with their direct conversation, if they have one. */
export interface Known extends Place {
  contactId: ContactId
  conversationId: ConversationId | null
}

/** Of several who insert a row at once, one does. */
const KEEP = sql`on duplicate key update id = id`
const MOVED = writtenOver([
  ...['headMessageId', 'headAt', 'lastInboundAt', 'windowExpiresAt', 'deadlineAt', 'standby', 'updatedAt'],
  ...['attention', 'attentionReason', 'attentionNote', 'draftDueAt', 'draftInstruction'],
  ...['draftLeaseUntil', 'draftLeaseHeadId'],
])

/** More than these is a conversation's history, which nobody reads for many at once. */
const NEWER_MAX = 2000
const NO_DEADLINE = new Date('9999-01-01T00:00:00Z')

export async function findKnown(tx: Transaction, places: readonly Place[]): Promise<Known[]> {
  if (places.length === 0) return []
  const { id: contactId, accountId, contactRef } = contacts
  const isDirect = and(eq(conversations.kind, 'direct'), eq(conversations.threadRef, ''))
  return tx
    .select({ contactId, accountId, contactRef, conversationId: conversations.id })
    .from(contacts)
    .leftJoin(
      conversations,
      and(eq(conversations.accountId, accountId), eq(conversations.contactId, contactId), isDirect),
    )
    .where(
      anyOf(
        places,
        ({ accountId }) => accountId,
        (account, rows) =>
          and(
            eq(accountId, account),
            isOneOf(
              contactRef,
              rows.map((row) => row.contactRef),
            ),
          ),
      ),
    )
}

/** Of several who make a contact at once, one does. */
export async function addContacts(tx: Transaction, places: readonly Place[], at: Date): Promise<ContactId[]> {
  if (places.length === 0) return []
  const rows = places.map(({ accountId, contactRef }) => ({
    id: newId('contact', at),
    accountId,
    contactRef,
    createdAt: at,
  }))
  await insertAll(tx, contacts, rows, KEEP)
  return rows.map(({ id }) => id)
}

export async function addConversations(tx: Transaction, known: readonly Known[], at: Date): Promise<void> {
  if (known.length === 0) return
  const rows = known.map(({ accountId, contactId }) => ({
    id: newId('conversation', at),
    accountId,
    contactId,
    kind: 'direct' as const,
    threadRef: '',
    attention: 'none' as const,
    deadlineAt: NO_DEADLINE,
    createdAt: at,
    updatedAt: at,
  }))
  await insertAll(tx, conversations, rows, KEEP)
}

/** Locks them in the order of their ids, as everybody does who locks several, so that nobody waits in a circle. */
export async function lockConversations(tx: Transaction, ids: readonly ConversationId[]): Promise<Conversation[]> {
  if (ids.length === 0) return []
  return tx
    .select()
    .from(conversations, { forceIndex: 'PRIMARY' })
    .where(isOneOf(conversations.id, ids))
    .orderBy(conversations.id)
    .for('update')
}

export interface Named {
  accountRef: string
  messageRef: string
}

/** Those of the messages that any event has told us about before. */
export async function listMentioned(tx: Transaction, named: readonly Named[]): Promise<Named[]> {
  if (named.length === 0) return []
  const { accountRef, messageRef } = inboundEvents
  const rows = await tx
    .selectDistinct({ accountRef, messageRef })
    .from(inboundEvents)
    .where(
      anyOf(
        named,
        ({ accountRef }) => accountRef,
        (account, rows) =>
          and(
            eq(accountRef, account),
            isOneOf(
              messageRef,
              rows.map((row) => row.messageRef),
            ),
          ),
      ),
    )
  return rows.flatMap(({ accountRef, messageRef }) => (messageRef === null ? [] : [{ accountRef, messageRef }]))
}

/** What stands at or behind an instant in each conversation; undefined when it is too much to look through. */
export async function listNewer(
  tx: Transaction,
  since: readonly { conversationId: ConversationId; from: Date }[],
): Promise<(Recent & { conversationId: ConversationId })[] | undefined> {
  if (since.length === 0) return []
  const { conversationId, sentAt } = messages
  const rows = await tx
    .select({ ...recentColumns, conversationId })
    .from(messages)
    .where(or(...since.map(({ conversationId: id, from }) => and(eq(conversationId, id), gte(sentAt, from)))))
    .limit(NEWER_MAX)
  return rows.length === NEWER_MAX ? undefined : rows
}

/** Stores new messages with the events that brought them; throws a duplicate, and stores none, when one is not new. */
export async function insertArrivals(
  tx: Transaction,
  arrived: { events: StoredEvent[]; messages: NewMessage[] },
): Promise<void> {
  if (arrived.messages.length === 0) return
  await insertAll(tx, inboundEvents, arrived.events)
  await insertAll(tx, messages, arrived.messages)
}

/** Writes locked conversations back as they now are. */
export async function saveConversations(tx: Transaction, rows: readonly Conversation[], at: Date): Promise<void> {
  if (rows.length === 0) return
  const moved = rows.map((row) => ({ ...row, deadlineAt: row.windowExpiresAt ?? row.deadlineAt, updatedAt: at }))
  await insertAll(tx, conversations, moved, sql`on duplicate key update version = version + 1, ${MOVED}`)
}
