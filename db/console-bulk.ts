import { and, asc, eq, inArray, sql } from 'drizzle-orm'
import type { Conn } from './client.ts'
import { listQueue, type QueueLook } from './console-queue.ts'
import { contacts } from './schema/contacts.ts'
import { conversations } from './schema/conversations.ts'
import { drafts } from './schema/drafts.ts'
import { messages } from './schema/messages.ts'

/** So many are looked through for a page. */
const LOOKED_AT = 60

/** Drafts about which nothing asks for a second look, in whole, with what an approval has to have seen. Comments are answered one by one: somebody says where. */
export async function listCalmDrafts(conn: Conn, look: QueueLook, limit: number) {
  const { items } = await listQueue(conn, { ...look, choice: { ...look.choice, risk: 'calm' } }, LOOKED_AT)
  const ids = items.filter(({ kind }) => kind === 'direct').map(({ id }) => id)
  if (ids.length === 0) return []
  return conn
    .select({
      draftId: drafts.id,
      conversationId: conversations.id,
      text: drafts.text,
      textHash: drafts.textHash,
      headMessageId: conversations.headMessageId,
      headText: sql<string | null>`left(${messages.text}, 2000)`,
      windowExpiresAt: conversations.windowExpiresAt,
      contactName: contacts.name,
      contactUsername: contacts.username,
    })
    .from(conversations)
    .innerJoin(contacts, eq(contacts.id, conversations.contactId))
    .innerJoin(drafts, eq(drafts.waitingFor, conversations.id))
    .leftJoin(messages, eq(messages.id, conversations.headMessageId))
    .where(and(inArray(conversations.id, ids), eq(drafts.author, 'claude')))
    .orderBy(asc(conversations.deadlineAt), asc(conversations.id))
    .limit(limit)
}
