import { and, eq, isNull, sql } from 'drizzle-orm'
import { type AccountId, type ContactId, type ConversationId, newId } from '#src/domain/ids.ts'
import { type Conn, isDuplicate, type Transaction } from './client.ts'
import { contacts } from './schema/contacts.ts'
import { conversations } from './schema/conversations.ts'

export type Conversation = typeof conversations.$inferSelect

export interface ThreadKey {
  accountId: AccountId
  contactId: ContactId
  kind: Conversation['kind']
  threadRef: string
}

/** Sorts behind every real deadline. */
export const NO_DEADLINE = new Date('9999-01-01T00:00:00Z')
const LINE_CHARS_MAX = 255

export async function findContact(
  conn: Conn,
  { accountId, contactRef }: { accountId: AccountId; contactRef: string },
): Promise<ContactId | undefined> {
  const [row] = await conn
    .select({ id: contacts.id })
    .from(contacts)
    .where(and(eq(contacts.accountId, accountId), eq(contacts.contactRef, contactRef)))
  return row?.id
}

/** The contact, made when we meet it for the first time; of several who make it at once one does. A name is kept for whom we know none of. */
export async function findOrAddContact(
  tx: Transaction,
  { username, name, ...contact }: { accountId: AccountId; contactRef: string; username?: string; name?: string },
  at: Date,
): Promise<{ contactId: ContactId; isNew: boolean }> {
  const known = await findContact(tx, contact)
  if (known) {
    if (name !== undefined) await nameContact(tx, known, clip(name))
    return { contactId: known, isNew: false }
  }
  const id = newId('contact', at)
  const lines = {
    username: username === undefined ? null : clip(username),
    name: name === undefined ? null : clip(name),
  }
  const isNew = await isInserted(tx.insert(contacts).values({ ...contact, ...lines, id, createdAt: at }))
  if (isNew) return { contactId: id, isNew }
  return { contactId: (await findContact(tx, contact)) ?? id, isNew }
}

async function nameContact(tx: Transaction, id: ContactId, name: string): Promise<void> {
  await tx
    .update(contacts)
    .set({ name, version: sql`version + 1` })
    .where(and(eq(contacts.id, id), isNull(contacts.name)))
}

/** Locks a conversation until the transaction ends, as every writer of a conversation does first. */
export async function lockConversation(tx: Transaction, key: ThreadKey): Promise<Conversation | undefined> {
  const [row] = await tx.select().from(conversations).where(isThread(key)).for('update')
  return row
}

export async function findThread(conn: Conn, key: ThreadKey): Promise<ConversationId | undefined> {
  const [row] = await conn.select({ id: conversations.id }).from(conversations).where(isThread(key))
  return row?.id
}

export async function lockConversationById(tx: Transaction, id: ConversationId): Promise<Conversation | undefined> {
  const [row] = await tx.select().from(conversations).where(eq(conversations.id, id)).for('update')
  return row
}

/** The same, made when there is none yet. */
export async function lockOrAddConversation(
  tx: Transaction,
  key: ThreadKey,
  at: Date,
): Promise<Conversation | undefined> {
  const known = await lockConversation(tx, key)
  if (known) return known
  const row = { ...key, id: newId('conversation', at), attention: 'none' as const, deadlineAt: NO_DEADLINE }
  await isInserted(tx.insert(conversations).values({ ...row, createdAt: at, updatedAt: at }))
  return lockConversation(tx, key)
}

/** Whether a post of this id is known to be somebody else's: we have been mentioned there. */
export async function isForeignPost(
  tx: Transaction,
  { accountId, mediaRef }: { accountId: AccountId; mediaRef: string },
): Promise<boolean> {
  const { id, kind, threadRef } = conversations
  const [row] = await tx
    .select({ id })
    .from(conversations)
    .where(and(eq(conversations.accountId, accountId), eq(threadRef, mediaRef), eq(kind, 'mention')))
    .limit(1)
  return row !== undefined
}

/** What arrived moves these; a window's end moves the deadline with it. */
export type Moved = Partial<
  Pick<Conversation, 'headMessageId' | 'headAt' | 'lastInboundAt' | 'windowExpiresAt' | 'seenAt' | 'standby'>
>

export async function moveConversation(tx: Transaction, id: ConversationId, moved: Moved, at: Date): Promise<void> {
  const deadline = moved.windowExpiresAt ? { deadlineAt: moved.windowExpiresAt } : {}
  await tx
    .update(conversations)
    .set({ ...moved, ...deadline, updatedAt: at, version: sql`version + 1` })
    .where(eq(conversations.id, id))
}

function isThread({ accountId, contactId, kind, threadRef }: ThreadKey) {
  return and(
    eq(conversations.accountId, accountId),
    eq(conversations.contactId, contactId),
    eq(conversations.kind, kind),
    eq(conversations.threadRef, threadRef),
  )
}

async function isInserted(insert: PromiseLike<unknown>): Promise<boolean> {
  try {
    await insert
    return true
  } catch (error) {
    if (isDuplicate(error)) return false
    throw error
  }
}

function clip(text: string): string {
  return [...text].slice(0, LINE_CHARS_MAX).join('')
}
