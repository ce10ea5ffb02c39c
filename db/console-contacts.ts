import { and, desc, eq, inArray, isNull, like, lt, max, or, type SQL, sql } from 'drizzle-orm'
import { unionAll } from 'drizzle-orm/mysql-core'
import { isWithin, type Reach } from '#src/domain/identity.ts'
import type { AccountId, ContactId } from '#src/domain/ids.ts'
import type { Conn } from './client.ts'
import { listItems, type Place, pageOf } from './console-list.ts'
import { listPerson } from './person.ts'
import { escapeLike } from './queue-choice.ts'
import { within } from './reach.ts'
import { accounts } from './schema/accounts.ts'
import { contacts } from './schema/contacts.ts'
import { conversations } from './schema/conversations.ts'
import { notes } from './schema/notes.ts'
import { operators } from './schema/operators.ts'
import { outboxPosts } from './schema/outbox-posts.ts'

const THREADS_MAX = 50
const POSTS_MAX = 50
const NOTES_MAX = 100

export interface ContactQuery {
  search?: string
  accountId?: AccountId
  before?: Place
}

/** People who wrote, the newest first; those who were erased are not among them. A search has one page: who needs more types more. */
export async function listContacts(conn: Conn, query: ContactQuery, { limit, reach }: { limit: number; reach: Reach }) {
  const scope = query.accountId === undefined ? reach : isWithin(reach, query.accountId) ? [query.accountId] : []
  const ids = query.search
    ? await findNamed(conn, query.search, { limit, scope })
    : await findNewest(conn, query.before, { limit: limit + 1, scope })
  const rows = await describe(conn, ids.slice(0, limit))
  return pageOf(rows, !query.search && ids.length > limit, ({ createdAt, id }) => ({ at: createdAt, id }))
}

interface Share {
  limit: number
  scope: Reach
}

/** Ids go with time, so each account's newest stand at the end of its part of the index. */
async function findNewest(conn: Conn, before: Place | undefined, { limit, scope }: Share): Promise<ContactId[]> {
  const newest = (where: SQL | undefined) =>
    conn
      .select({ id: contacts.id })
      .from(contacts)
      .where(and(where, before && lt(contacts.id, before.id as ContactId), isNull(contacts.erasedAt)))
      .orderBy(desc(contacts.id))
      .limit(limit)
  if (scope === 'all') return (await newest(undefined)).map(({ id }) => id)
  const [first, second, ...more] = scope.map((accountId) => newest(eq(contacts.accountId, accountId)))
  if (!first) return []
  const found = second
    ? unionAll(first, second, ...more)
        .orderBy(sql`id desc`)
        .limit(limit)
    : first
  return (await found).map(({ id }) => id)
}

async function findNamed(conn: Conn, search: string, { limit, scope }: Share): Promise<ContactId[]> {
  const prefix = `${escapeLike(search)}%`
  const named = (column: typeof contacts.name | typeof contacts.username) =>
    conn
      .select({ id: contacts.id })
      .from(contacts)
      .where(and(like(column, prefix), within(contacts.accountId, scope), isNull(contacts.erasedAt)))
      .limit(limit)
  const found = [...(await named(contacts.name)), ...(await named(contacts.username))].map(({ id }) => id)
  return [...new Set(found)].sort().reverse()
}

const party = {
  ...{ id: contacts.id, contactName: contacts.name, contactUsername: contacts.username },
  ...{ accountId: contacts.accountId, accountName: accounts.name, platform: accounts.platform },
  ...{ optedOutAt: contacts.optedOutAt, createdAt: contacts.createdAt },
}

async function describe(conn: Conn, ids: ContactId[]) {
  if (ids.length === 0) return []
  const rows = await conn
    .select(party)
    .from(contacts)
    .innerJoin(accounts, eq(accounts.id, contacts.accountId))
    .where(inArray(contacts.id, ids))
  const threads = await conn
    .select({ contactId: conversations.contactId, lastAt: max(conversations.lastInboundAt) })
    .from(conversations)
    .where(ofContacts(rows))
    .groupBy(conversations.contactId)
  const lastAt = new Map(threads.map((row) => [row.contactId, row.lastAt]))
  const byId = new Map(rows.map((row) => [row.id, { ...row, lastAt: lastAt.get(row.id) ?? null }]))
  return ids.flatMap((id) => byId.get(id) ?? [])
}

/** By account and contact together, as the index of conversations begins. */
function ofContacts(people: readonly { id: ContactId; accountId: AccountId }[]): SQL | undefined {
  return or(
    ...people.map(({ id, accountId }) => and(eq(conversations.accountId, accountId), eq(conversations.contactId, id))),
  )
}

/** All that is kept of one person with this account, newest first; undefined beyond reach, and of nobody who was erased. */
export async function readContactView(conn: Conn, id: ContactId, reach: Reach) {
  const people = await listPerson(conn, id)
  const [contact] = await describe(conn, [id])
  if (!contact || people.length === 0 || !isWithin(reach, contact.accountId)) return undefined
  const threads = await conn
    .select({ id: conversations.id })
    .from(conversations)
    .where(ofContacts(people))
    .orderBy(desc(conversations.headAt), desc(conversations.id))
    .limit(THREADS_MAX)
  const ids = threads.map((thread) => thread.id)
  return { ...contact, conversations: await listItems(conn, ids), ...(await listSaid(conn, ids)) }
}

async function listSaid(conn: Conn, ids: (typeof conversations.$inferSelect)['id'][]) {
  if (ids.length === 0) return { posts: [], notes: [] }
  const { id, conversationId, text, status, kind, sentAt, createdAt } = outboxPosts
  return {
    posts: await conn
      .select({ id, conversationId, text, status, kind, sentAt, createdAt })
      .from(outboxPosts)
      .where(inArray(conversationId, ids))
      .orderBy(desc(id))
      .limit(POSTS_MAX),
    notes: await conn
      .select({
        id: notes.id,
        conversationId: notes.conversationId,
        text: notes.text,
        by: operators.name,
        createdAt: notes.createdAt,
      })
      .from(notes)
      .leftJoin(operators, eq(operators.id, notes.operatorId))
      .where(inArray(notes.conversationId, ids))
      .orderBy(desc(notes.id))
      .limit(NOTES_MAX),
  }
}
