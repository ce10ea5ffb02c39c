import { and, eq, inArray, lte, sql } from 'drizzle-orm'
import type { AccountId } from '#src/domain/ids.ts'
import type { Conn } from './client.ts'
import { isOneOf } from './many.ts'
import { accounts } from './schema/accounts.ts'
import { contacts } from './schema/contacts.ts'
import { conversations } from './schema/conversations.ts'
import { inboundEvents } from './schema/inbound-events.ts'
import { messages } from './schema/messages.ts'
import { webhookDeliveries } from './schema/webhook-deliveries.ts'

export interface KnownRef {
  ref: string
  sentAt?: Date
  erasedAt?: Date
}

/** What we know of these: as messages, or as having been heard of although nothing is kept. */
export async function listKnownRefs(
  conn: Conn,
  { id, accountRef }: { id: AccountId; accountRef: string },
  refs: readonly string[],
): Promise<KnownRef[]> {
  if (refs.length === 0) return []
  const { messageRef, kind, accountId } = inboundEvents
  const heard = await conn
    .selectDistinct({ ref: messageRef })
    .from(inboundEvents)
    .where(
      and(
        eq(inboundEvents.accountRef, accountRef),
        isOneOf(messageRef, refs),
        eq(accountId, id),
        inArray(kind, ['message', 'echo', 'comment', 'unsend']),
      ),
    )
  const kept = await conn
    .select({ ref: messages.messageRef, sentAt: messages.sentAt, erasedAt: contacts.erasedAt })
    .from(messages)
    .innerJoin(conversations, eq(conversations.id, messages.conversationId))
    .innerJoin(contacts, eq(contacts.id, conversations.contactId))
    .where(and(eq(messages.accountId, id), isOneOf(messages.messageRef, refs)))
  return [
    ...heard.flatMap(({ ref }) => (ref === null ? [] : [{ ref }])),
    ...kept.map(({ ref, sentAt, erasedAt }) => ({ ref, sentAt, ...(erasedAt && { erasedAt }) })),
  ]
}

/** Whether something that arrived before then still waits to be received. */
export async function isInboxBehind(conn: Conn, before: Date): Promise<boolean> {
  const { id, status, createdAt } = webhookDeliveries
  const [row] = await conn
    .select({ id })
    .from(webhookDeliveries)
    .where(and(eq(status, 'stored'), lte(createdAt, before)))
    .limit(1)
  return row !== undefined
}

/** Notes a look and what it found. Settings are not touched by it, so neither is their version. */
export async function recordCatchUp(
  conn: Conn,
  id: AccountId,
  { lookedAt, found }: { lookedAt: Date; found: number },
): Promise<void> {
  await conn
    .update(accounts)
    .set({ lookedAt, missedFound: sql`missed_found + ${found}` })
    .where(eq(accounts.id, id))
}
