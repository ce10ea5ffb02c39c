import { and, asc, desc, eq, gt, gte, inArray, like, lt, lte, or, sql } from 'drizzle-orm'
import { unionAll } from 'drizzle-orm/mysql-core'
import type { Attention } from '#src/domain/draft.ts'
import type { Reach } from '#src/domain/identity.ts'
import type { ConversationId } from '#src/domain/ids.ts'
import type { Conn } from './client.ts'
import { within } from './reach.ts'
import { accounts } from './schema/accounts.ts'
import { contacts } from './schema/contacts.ts'
import { conversations } from './schema/conversations.ts'
import { drafts } from './schema/drafts.ts'
import { messages } from './schema/messages.ts'

export interface Place {
  at: Date
  id: string
}

/** How much of a list, and of whose accounts. */
interface Share {
  limit: number
  reach: Reach
}

interface QueueSlice extends Share {
  after: Place | undefined
}

/** A list shows the beginning of a text; the rest stays in the database. */
const EXCERPT = 280

/** The queue, nearest deadline first. Each of its two kinds is one range of the index, read no further than the page. */
export async function listQueue(conn: Conn, { after, limit, reach }: QueueSlice) {
  const found = await queuePlaces(conn, { after, limit: limit + 1, reach })
  const items = await listItems(
    conn,
    found.slice(0, limit).map(({ id }) => id),
  )
  return pageOf(items, found.length > limit, ({ deadlineAt, id }) => ({ at: deadlineAt, id }))
}

/** Who follows this place in the queue; the first one when it was the last. */
export async function findNextInQueue(conn: Conn, after: Place, reach: Reach): Promise<ConversationId | undefined> {
  const [next] = await queuePlaces(conn, { after, limit: 1, reach })
  if (next) return next.id
  const first = await queuePlaces(conn, { after: undefined, limit: 2, reach })
  return first.find(({ id }) => id !== after.id)?.id
}

function queuePlaces(conn: Conn, { after, limit, reach }: QueueSlice) {
  const range = (attention: Attention) =>
    conn
      .select({ id: conversations.id, deadlineAt: conversations.deadlineAt })
      .from(conversations)
      .where(
        and(eq(conversations.attention, attention), within(conversations.accountId, reach), after && behind(after)),
      )
      .orderBy(asc(conversations.deadlineAt), asc(conversations.id))
      .limit(limit)
  return unionAll(range('review'), range('person')).orderBy(sql`deadline_at`, sql`id`).limit(limit)
}

/** Written so that the index answers it; servers read a row comparison as a filter. */
function behind({ at, id }: Place) {
  return and(
    gte(conversations.deadlineAt, at),
    or(gt(conversations.deadlineAt, at), gt(conversations.id, id as ConversationId)),
  )
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

/** Conversations whose contact's name or user name begins with `search`; one page, because who needs more types more. */
export async function searchConversations(conn: Conn, search: string, { limit, reach }: Share) {
  const prefix = `${search.replace(/[\\%_]/g, '\\$&')}%`
  const named = (column: typeof contacts.name | typeof contacts.username) =>
    conn
      .select({ id: contacts.id })
      .from(contacts)
      .where(and(like(column, prefix), within(contacts.accountId, reach)))
      .limit(limit)
  const people = [...(await named(contacts.name)), ...(await named(contacts.username))].map(({ id }) => id)
  if (people.length === 0) return { items: [], next: null }
  const found = await conn
    .select({ id: conversations.id })
    .from(conversations)
    .where(and(inArray(conversations.contactId, people), within(conversations.accountId, reach)))
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

/** The lines of a list in the order of `ids`; every join is by a primary or unique key. */
async function listItems(conn: Conn, ids: ConversationId[]) {
  if (ids.length === 0) return []
  const rows = await conn
    .select({
      id: conversations.id,
      kind: conversations.kind,
      attention: conversations.attention,
      attentionReason: conversations.attentionReason,
      windowExpiresAt: conversations.windowExpiresAt,
      deadlineAt: conversations.deadlineAt,
      headAt: conversations.headAt,
      accountId: conversations.accountId,
      accountName: accounts.name,
      platform: accounts.platform,
      contactName: contacts.name,
      contactUsername: contacts.username,
      headText: sql<string | null>`left(${messages.text}, ${EXCERPT})`,
      headForm: messages.form,
      headDirection: messages.direction,
      headDeletedAt: messages.deletedAt,
      draftText: sql<string | null>`left(${drafts.text}, ${EXCERPT})`,
      draftFlags: drafts.flags,
      draftConfidence: drafts.confidence,
    })
    .from(conversations)
    .innerJoin(accounts, eq(accounts.id, conversations.accountId))
    .innerJoin(contacts, eq(contacts.id, conversations.contactId))
    .leftJoin(messages, eq(messages.id, conversations.headMessageId))
    .leftJoin(drafts, eq(drafts.waitingFor, conversations.id))
    .where(inArray(conversations.id, ids))
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.flatMap((id) => byId.get(id) ?? [])
}

/** A page, and where the next one begins while there is one. */
export function pageOf<Item>(items: Item[], more: boolean, placeOf: (item: Item) => Place | null) {
  const last = items.at(-1)
  return { items, next: more && last ? placeOf(last) : null }
}
