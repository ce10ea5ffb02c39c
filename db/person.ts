/* What is kept of one person, in whole: a page of each thread's words at a time. */
import { and, asc, eq, gt, isNull } from 'drizzle-orm'
import type { ContactId, ConversationId } from '#src/domain/ids.ts'
import type { Conn } from './client.ts'
import { joinsOf, type Known } from './erasure.ts'
import { contacts } from './schema/contacts.ts'
import { conversations } from './schema/conversations.ts'
import { messages } from './schema/messages.ts'
import { notes } from './schema/notes.ts'
import { outboxPosts } from './schema/outbox-posts.ts'

const AT_ONCE = 500

export type PersonRow = Awaited<ReturnType<typeof findContacts>>[number]

/** The contacts that one account knows of one person, as erasing them would take them together; none for whoever was erased. */
export async function listPerson(conn: Conn, id: ContactId): Promise<PersonRow[]> {
  const found = await findContacts(conn, eq(contacts.id, id))
  for (let fresh: Known[] = found; fresh.length > 0; ) {
    const before = found.length
    // One question for each way to be joined, so that each is answered by its index.
    for (const join of fresh.flatMap(joinsOf)) {
      const same = await findContacts(conn, join)
      found.push(...same.filter((one) => !found.some((known) => known.id === one.id)))
    }
    fresh = found.slice(before)
  }
  return found
}

function findContacts(conn: Conn, where: Parameters<typeof and>[0]) {
  const { id, accountId, contactRef, directRef, name, username, optedOutAt, createdAt } = contacts
  return conn
    .select({ id, accountId, contactRef, directRef, name, username, optedOutAt, createdAt })
    .from(contacts)
    .where(and(where, isNull(contacts.erasedAt)))
}

export async function listThreadsOf(conn: Conn, { id, accountId }: Pick<PersonRow, 'id' | 'accountId'>) {
  return conn
    .select({ id: conversations.id, kind: conversations.kind, threadRef: conversations.threadRef })
    .from(conversations)
    .where(and(eq(conversations.accountId, accountId), eq(conversations.contactId, id)))
    .orderBy(asc(conversations.id))
}

/** A page of a thread's messages in the order they were stored; the next one begins behind the last. */
export function listWords(conn: Conn, conversationId: ConversationId, after: string) {
  const { id, direction, form, text, attachments, reaction, sentAt, editedAt, deletedAt } = messages
  return conn
    .select({ id, direction, form, text, attachments, reaction, sentAt, editedAt, deletedAt })
    .from(messages)
    .where(and(eq(messages.conversationId, conversationId), gt(id, after as typeof id._.data)))
    .orderBy(asc(id))
    .limit(AT_ONCE)
}

export async function listRepliesIn(conn: Conn, conversation: ConversationId) {
  const { id, conversationId, kind, text, status, sentAt, createdAt } = outboxPosts
  return conn
    .select({ kind, text, status, sentAt, createdAt })
    .from(outboxPosts)
    .where(eq(conversationId, conversation))
    .orderBy(asc(id))
}

/** Without who wrote them. */
export async function listNotesIn(conn: Conn, conversation: ConversationId) {
  return conn
    .select({ text: notes.text, createdAt: notes.createdAt })
    .from(notes)
    .where(eq(notes.conversationId, conversation))
    .orderBy(asc(notes.id))
}
