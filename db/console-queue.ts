import { and, asc, eq, gt, gte, isNotNull, or, sql } from 'drizzle-orm'
import { unionAll } from 'drizzle-orm/mysql-core'
import type { QueueChoice } from '#src/domain/desk.ts'
import type { Attention } from '#src/domain/draft.ts'
import type { Reach } from '#src/domain/identity.ts'
import type { ConversationId, OperatorId } from '#src/domain/ids.ts'
import type { Conn } from './client.ts'
import { listItems, type Place, pageOf } from './console-list.ts'
import { listColleagues, listViews } from './desk.ts'
import { isChosen, isOnDesk, isWhole } from './queue-choice.ts'
import { within } from './reach.ts'
import { accounts } from './schema/accounts.ts'
import { contacts } from './schema/contacts.ts'
import { conversations } from './schema/conversations.ts'
import { deskEntries } from './schema/desk-entries.ts'
import { drafts } from './schema/drafts.ts'
import { messages } from './schema/messages.ts'

/** So much of the queue is looked through for one page of a choice. */
const SCAN_MAX = 3000

export interface QueueLook {
  choice: QueueChoice
  after?: Place | undefined
  at: Date
  reach: Reach
}

/** The queue, nearest deadline first. Each of its two kinds is one range of the index, read no further than the page. */
export async function listQueue(conn: Conn, look: QueueLook, limit: number) {
  const found = await placesFor(conn, look, limit + 1)
  const items = await listItems(
    conn,
    found.slice(0, limit).map(({ id }) => id),
  )
  if (found.length <= limit && !isWhole(look.choice)) return { items, next: await endOfScan(conn, look) }
  return pageOf(items, found.length > limit, ({ deadlineAt, id }) => ({ at: deadlineAt, id }))
}

/** Who follows this place in the queue; the first one when it was the last. */
export async function findNextInQueue(conn: Conn, { after, ...look }: QueueLook & { after: Place }) {
  const [next] = await placesFor(conn, { ...look, after }, 1)
  if (next) return next.id
  const first = await placesFor(conn, look, 2)
  return first.find(({ id }) => id !== after.id)?.id
}

function placesFor(conn: Conn, look: QueueLook, limit: number) {
  return isWhole(look.choice) ? queuePlaces(conn, look, limit) : chosenPlaces(conn, look, limit)
}

function queuePlaces(conn: Conn, { after, at, reach }: QueueLook, limit: number) {
  const range = (attention: Attention) =>
    conn
      .select({ id: conversations.id, deadlineAt: conversations.deadlineAt })
      .from(conversations)
      .leftJoin(deskEntries, eq(deskEntries.conversationId, conversations.id))
      .where(
        and(
          eq(conversations.attention, attention),
          within(conversations.accountId, reach),
          after && behind(after),
          isOnDesk(at),
        ),
      )
      .orderBy(asc(conversations.deadlineAt), asc(conversations.id))
      .limit(limit)
  return unionAll(range('review'), range('person')).orderBy(sql`deadline_at`, sql`id`).limit(limit)
}

/** Of the next few thousand in the queue those that were chosen; every join is by a primary or unique key. */
function chosenPlaces(conn: Conn, look: QueueLook, limit: number) {
  const near = queuePlaces(conn, look, SCAN_MAX).as('near')
  return conn
    .select({ id: conversations.id, deadlineAt: conversations.deadlineAt })
    .from(near)
    .innerJoin(conversations, eq(conversations.id, near.id))
    .innerJoin(accounts, eq(accounts.id, conversations.accountId))
    .innerJoin(contacts, eq(contacts.id, conversations.contactId))
    .leftJoin(messages, eq(messages.id, conversations.headMessageId))
    .leftJoin(drafts, eq(drafts.waitingFor, conversations.id))
    .leftJoin(deskEntries, eq(deskEntries.conversationId, conversations.id))
    .where(isChosen(look.choice))
    .orderBy(asc(conversations.deadlineAt), asc(conversations.id))
    .limit(limit)
}

/** Where looking goes on when a page could not be filled from what was looked through; null at the queue's end. */
async function endOfScan(conn: Conn, look: QueueLook): Promise<Place | null> {
  const [last] = await queuePlaces(conn, look, SCAN_MAX).offset(SCAN_MAX - 1)
  return last ? { at: last.deadlineAt, id: last.id } : null
}

/** What can be chosen from, as far as it waits, and what this operator keeps. */
export async function listFacets(conn: Conn, of: OperatorId, reach: Reach) {
  const waiting = conn
    .select({ language: drafts.language })
    .from(drafts)
    .where(and(isNotNull(drafts.waitingFor), within(drafts.accountId, reach)))
    .limit(SCAN_MAX)
    .as('waiting')
  const languages = await conn.selectDistinct({ language: waiting.language }).from(waiting)
  return {
    accounts: await conn
      .select({ id: accounts.id, name: accounts.name, platform: accounts.platform })
      .from(accounts)
      .where(within(accounts.id, reach))
      .orderBy(asc(accounts.name), asc(accounts.id))
      .limit(500),
    languages: languages.flatMap(({ language }) => language ?? []).sort(),
    colleagues: await listColleagues(conn),
    views: await listViews(conn, of),
  }
}

/** Written so that the index answers it; servers read a row comparison as a filter. */
function behind({ at, id }: Place) {
  return and(
    gte(conversations.deadlineAt, at),
    or(gt(conversations.deadlineAt, at), gt(conversations.id, id as ConversationId)),
  )
}
