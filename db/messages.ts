import { and, desc, eq, inArray, isNotNull, sql } from 'drizzle-orm'
import type { AccountId, ConversationId, MessageId } from '#src/domain/ids.ts'
import { type Conn, isDuplicate, type Transaction } from './client.ts'
import { messages } from './schema/messages.ts'

export type Message = typeof messages.$inferSelect
export type NewMessage = typeof messages.$inferInsert
export type Recent = Pick<Message, 'id' | 'direction' | 'origin' | 'form' | 'sentAt' | 'deletedAt' | 'createdAt'>

const { id, direction, origin, form, sentAt, deletedAt, createdAt } = messages
export const recentColumns = { id, direction, origin, form, sentAt, deletedAt, createdAt }

/** As far back as one needs to look for what is unanswered. */
export const RECENT_MAX = 60

/** False when the account has a message of that reference already. */
export async function insertMessage(tx: Transaction, message: NewMessage): Promise<boolean> {
  try {
    await tx.insert(messages).values(message)
    return true
  } catch (error) {
    if (isDuplicate(error)) return false
    throw error
  }
}

export async function findMessage(
  conn: Conn,
  { accountId, messageRef }: { accountId: AccountId; messageRef: string },
): Promise<Message | undefined> {
  const [row] = await conn
    .select()
    .from(messages)
    .where(and(eq(messages.accountId, accountId), eq(messages.messageRef, messageRef)))
  return row
}

export async function changeMessage(tx: Transaction, id: MessageId, changes: Partial<NewMessage>): Promise<void> {
  await tx
    .update(messages)
    .set({ ...changes, version: sql`version + 1` })
    .where(eq(messages.id, id))
}

/** The newest messages of a conversation in the platform's order, newest first. */
export function listRecent(conn: Conn, conversationId: ConversationId): Promise<Recent[]> {
  return conn
    .select(recentColumns)
    .from(messages)
    .where(eq(messages.conversationId, conversationId))
    .orderBy(desc(sentAt), desc(id))
    .limit(RECENT_MAX)
}

/** Whether one of these messages has been unsent. */
export async function isAnyErased(conn: Conn, accountId: AccountId, refs: readonly string[]): Promise<boolean> {
  if (refs.length === 0) return false
  const [row] = await conn
    .select({ id: messages.id })
    .from(messages)
    .where(
      and(eq(messages.accountId, accountId), inArray(messages.messageRef, [...refs]), isNotNull(messages.deletedAt)),
    )
    .limit(1)
  return row !== undefined
}
