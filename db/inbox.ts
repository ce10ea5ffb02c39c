import { createHash } from 'node:crypto'
import { and, desc, eq, inArray, isNull } from 'drizzle-orm'
import type { AccountId, ConversationId } from '#src/domain/ids.ts'
import { type Conn, isDuplicate, type Transaction } from './client.ts'
import { inboundEvents } from './schema/inbound-events.ts'

export type StoredEvent = typeof inboundEvents.$inferInsert
export type NewEvent = Omit<StoredEvent, 'dedupeKey'> & {
  /** The item's key; its parts may hold any character. */
  key: readonly string[]
}

/** Stores an event; false when it is stored already, whatever delivery brought it. */
export async function insertEvent(conn: Conn, { key, ...event }: NewEvent): Promise<boolean> {
  try {
    await conn.insert(inboundEvents).values({ ...event, dedupeKey: dedupeKeyOf(key) })
    return true
  } catch (error) {
    if (isDuplicate(error)) return false
    throw error
  }
}

/** An event that came before its account was connected is taken over when it comes again; false when there was none. */
export async function adoptEvent(
  conn: Conn,
  {
    source,
    key,
    accountId,
    conversationId,
  }: Pick<NewEvent, 'source' | 'key'> & { accountId: AccountId; conversationId: ConversationId | null },
): Promise<boolean> {
  const { dedupeKey } = inboundEvents
  const [{ affectedRows }] = await conn
    .update(inboundEvents)
    .set({ accountId, conversationId })
    .where(and(eq(inboundEvents.source, source), eq(dedupeKey, dedupeKeyOf(key)), isNull(inboundEvents.accountId)))
  return affectedRows === 1
}

/** The deliveries that brought the words of a message. */
export async function listCarriers(conn: Conn, about: { accountRef: string; messageRef: string }): Promise<number[]> {
  const { deliveryId, kind } = inboundEvents
  const rows = await conn
    .selectDistinct({ deliveryId })
    .from(inboundEvents)
    .where(and(isAbout(about), inArray(kind, ['message', 'echo', 'edit', 'comment', 'mention'])))
  return rows.map((row) => row.deliveryId)
}

/** The newest reaction to a message by the platform's time: an emoji, null when it was taken back, undefined when there was none. */
export async function findReaction(
  conn: Conn,
  about: { accountRef: string; messageRef: string },
): Promise<string | null | undefined> {
  const { raw, kind, occurredAt, id } = inboundEvents
  const [row] = await conn
    .select({ raw })
    .from(inboundEvents)
    .where(and(isAbout(about), eq(kind, 'reaction')))
    .orderBy(desc(occurredAt), desc(id))
    .limit(1)
  return row && (typeof row.raw === 'string' ? row.raw : null)
}

/**
 * Whether a comment was taken back, even if we hear of the comment only now. Waits for whoever is writing that down at this
 * moment; `findCommentThread` waits the other way round, so of the two one always sees the other.
 */
export async function isTakenBack(
  tx: Transaction,
  about: { accountRef: string; messageRef: string },
): Promise<boolean> {
  const { id, kind } = inboundEvents
  const rows = await tx
    .select({ id })
    .from(inboundEvents)
    .where(and(isAbout(about), eq(kind, 'unsend')))
    .for('update')
  return rows.length > 0
}

/** The conversation that a comment has come to; undefined when it has not. */
export async function findCommentThread(
  tx: Transaction,
  about: { accountRef: string; messageRef: string },
): Promise<ConversationId | undefined> {
  const { conversationId, kind } = inboundEvents
  const [row] = await tx
    .select({ conversationId })
    .from(inboundEvents)
    .where(and(isAbout(about), inArray(kind, ['comment', 'mention'])))
    .for('update')
  return row?.conversationId ?? undefined
}

function isAbout({ accountRef, messageRef }: { accountRef: string; messageRef: string }) {
  return and(eq(inboundEvents.accountRef, accountRef), eq(inboundEvents.messageRef, messageRef))
}

/** Each part behind its length, so that no two keys are the same text. */
export function dedupeKeyOf(key: readonly string[]): string {
  const text = key.map((part) => `${Buffer.byteLength(part)}:${part}`).join('')
  return createHash('sha256').update(text).digest('hex')
}
