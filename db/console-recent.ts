import { and, desc, gte, inArray, like, lt, lte, or } from 'drizzle-orm'
import type { Reach } from '#src/domain/identity.ts'
import { type ConversationId, firstId } from '#src/domain/ids.ts'
import type { Conn } from './client.ts'
import { listItems, type Place, pageOf } from './console-list.ts'
import { escapeLike } from './queue-choice.ts'
import { within } from './reach.ts'
import { contacts } from './schema/contacts.ts'
import { conversations } from './schema/conversations.ts'
import { messages } from './schema/messages.ts'

/** How much of a list, and of whose accounts. */
interface Share {
  limit: number
  reach: Reach
}

/** All conversations, the newest first. */
export async function listRecent(conn: Conn, before: Place | undefined, { limit, reach }: Share) {
  const found = await conn
    .select({ id: conversations.id })
    .from(conversations)
    .where(
      and(
        within(conversations.accountId, reach),
        before && lte(conversations.headAt, before.at),
        before && or(lt(conversations.headAt, before.at), lt(conversations.id, before.id as ConversationId)),
      ),
    )
    .orderBy(desc(conversations.headAt), desc(conversations.id))
    .limit(limit + 1)
  const items = await listItems(
    conn,
    found.slice(0, limit).map(({ id }) => id),
  )
  return pageOf(items, found.length > limit, ({ headAt, id }) => (headAt ? { at: headAt, id } : null))
}

/** Texts are looked for in so many of the newest messages, and no further back: an index over every word would keep the words of those who were erased. */
const TEXTS_MAX = 20_000
const TEXTS_MS = 90 * 86_400_000

export interface Search {
  search: string
  at: Date
}

/**
 * Conversations whose contact's name or user name begins with `search`, or in which it was said lately; one page, because who
 * needs more types more.
 */
export async function searchConversations(conn: Conn, { search, at }: Search, { limit, reach }: Share) {
  const prefix = `${escapeLike(search)}%`
  const named = (column: typeof contacts.name | typeof contacts.username) =>
    conn
      .select({ id: contacts.id })
      .from(contacts)
      .where(and(like(column, prefix), within(contacts.accountId, reach)))
      .limit(limit)
  const people = [...(await named(contacts.name)), ...(await named(contacts.username))].map(({ id }) => id)
  const threads = (await listSaying(conn, { search, at }, { limit, reach })).map(({ id }) => id)
  if (people.length + threads.length === 0) return { items: [], next: null }
  const found = await conn
    .select({ id: conversations.id })
    .from(conversations)
    .where(
      and(
        within(conversations.accountId, reach),
        or(inArray(conversations.contactId, people), inArray(conversations.id, threads)),
      ),
    )
    .orderBy(desc(conversations.headAt), desc(conversations.id))
    .limit(limit)
  return {
    items: await listItems(
      conn,
      found.map(({ id }) => id),
    ),
    next: null,
  }
}

function listSaying(conn: Conn, { search, at }: Search, { limit, reach }: Share) {
  const { id, conversationId, accountId, text } = messages
  const newest = conn
    .select({ conversationId, text })
    .from(messages)
    .where(and(gte(id, firstId('message', new Date(at.getTime() - TEXTS_MS))), within(accountId, reach)))
    .orderBy(desc(id))
    .limit(TEXTS_MAX)
    .as('newest')
  return conn
    .selectDistinct({ id: newest.conversationId })
    .from(newest)
    .where(like(newest.text, `%${escapeLike(search)}%`))
    .limit(limit)
}
