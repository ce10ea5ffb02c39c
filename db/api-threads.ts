import { and, desc, eq, gte, lt, lte, or } from 'drizzle-orm'
import type { Reach } from '#src/domain/identity.ts'
import type { AccountId, ConversationId, DraftId, MessageId } from '#src/domain/ids.ts'
import type { Platform } from '#src/domain/platform.ts'
import type { Conn } from './client.ts'
import { type Place, pageOf } from './console-list.ts'
import { equal, within } from './reach.ts'
import { accounts } from './schema/accounts.ts'
import { contacts } from './schema/contacts.ts'
import { conversations } from './schema/conversations.ts'
import { drafts } from './schema/drafts.ts'
import { messages } from './schema/messages.ts'

interface Of {
  accountId?: AccountId | undefined
  conversationId?: ConversationId | undefined
  platform?: Platform | undefined
}

export interface ConversationFilter extends Of {
  attention?: (typeof conversations.$inferSelect)['attention'] | undefined
}

export interface MessageFilter extends Of {
  direction?: 'inbound' | 'outbound' | undefined
  attention?: ConversationFilter['attention']
  since?: Date | undefined
}

export interface DraftFilter extends Of {
  status?: (typeof drafts.$inferSelect)['status'] | undefined
}

export interface Slice<After = string> {
  after?: After | undefined
  limit: number
}

function selectConversations(conn: Conn) {
  return conn
    .select({
      id: conversations.id,
      accountId: conversations.accountId,
      platform: accounts.platform,
      kind: conversations.kind,
      contact: { id: contacts.id, name: contacts.name, username: contacts.username },
      attention: conversations.attention,
      attentionReason: conversations.attentionReason,
      headMessageId: conversations.headMessageId,
      headAt: conversations.headAt,
      lastInboundAt: conversations.lastInboundAt,
      windowExpiresAt: conversations.windowExpiresAt,
      createdAt: conversations.createdAt,
      updatedAt: conversations.updatedAt,
    })
    .from(conversations)
    .innerJoin(accounts, eq(accounts.id, conversations.accountId))
    .innerJoin(contacts, eq(contacts.id, conversations.contactId))
}

/** The latest word first. */
export async function listApiConversations(conn: Conn, reach: Reach, filter: ConversationFilter, slice: Slice<Place>) {
  const { after, limit } = slice
  const rows = await selectConversations(conn)
    .where(
      and(
        within(conversations.accountId, reach),
        equal(conversations.accountId, filter.accountId),
        equal(accounts.platform, filter.platform),
        equal(conversations.attention, filter.attention),
        after && earlierThan(after),
      ),
    )
    .orderBy(desc(conversations.headAt), desc(conversations.id))
    .limit(limit + 1)
  return pageOf(rows.slice(0, limit), rows.length > limit, ({ headAt, id }) => (headAt ? { at: headAt, id } : null))
}

function earlierThan({ at, id }: Place) {
  const { headAt } = conversations
  return and(lte(headAt, at), or(lt(headAt, at), lt(conversations.id, id as ConversationId)))
}

export async function findApiConversation(conn: Conn, reach: Reach, id: ConversationId) {
  const [row] = await selectConversations(conn).where(
    and(eq(conversations.id, id), within(conversations.accountId, reach)),
  )
  return row
}

/** What arrived last first: in the order of our own ids. */
export async function listApiMessages(conn: Conn, reach: Reach, filter: MessageFilter, { after, limit }: Slice) {
  const rows = await conn
    .select({
      id: messages.id,
      accountId: messages.accountId,
      platform: accounts.platform,
      conversationId: messages.conversationId,
      kind: conversations.kind,
      direction: messages.direction,
      origin: messages.origin,
      form: messages.form,
      contact: { id: contacts.id, name: contacts.name, username: contacts.username },
      attention: conversations.attention,
      text: messages.text,
      sentAt: messages.sentAt,
      editedAt: messages.editedAt,
      deletedAt: messages.deletedAt,
      hiddenAt: messages.hiddenAt,
      postId: messages.postId,
      createdAt: messages.createdAt,
    })
    .from(messages)
    .innerJoin(conversations, eq(conversations.id, messages.conversationId))
    .innerJoin(accounts, eq(accounts.id, messages.accountId))
    .innerJoin(contacts, eq(contacts.id, conversations.contactId))
    .where(
      and(
        within(messages.accountId, reach),
        equal(messages.accountId, filter.accountId),
        equal(messages.conversationId, filter.conversationId),
        equal(accounts.platform, filter.platform),
        equal(messages.direction, filter.direction),
        equal(conversations.attention, filter.attention),
        filter.since && gte(messages.sentAt, filter.since),
        after ? lt(messages.id, after as MessageId) : undefined,
      ),
    )
    .orderBy(desc(messages.id))
    .limit(limit + 1)
  return byId(rows, limit)
}

function selectDrafts(conn: Conn) {
  return conn
    .select({
      id: drafts.id,
      accountId: drafts.accountId,
      platform: accounts.platform,
      conversationId: drafts.conversationId,
      author: drafts.author,
      text: drafts.text,
      language: drafts.language,
      confidence: drafts.confidence,
      rationale: drafts.rationale,
      citations: drafts.citations,
      flags: drafts.flags,
      model: drafts.model,
      costMicros: drafts.costMicros,
      status: drafts.status,
      createdAt: drafts.createdAt,
      updatedAt: drafts.updatedAt,
    })
    .from(drafts)
    .innerJoin(accounts, eq(accounts.id, drafts.accountId))
}

/** The newest first. */
export async function listApiDrafts(conn: Conn, reach: Reach, filter: DraftFilter, { after, limit }: Slice) {
  const rows = await selectDrafts(conn)
    .where(
      and(
        within(drafts.accountId, reach),
        equal(drafts.accountId, filter.accountId),
        equal(drafts.conversationId, filter.conversationId),
        equal(accounts.platform, filter.platform),
        equal(drafts.status, filter.status),
        after ? lt(drafts.id, after as DraftId) : undefined,
      ),
    )
    .orderBy(desc(drafts.id))
    .limit(limit + 1)
  return byId(rows, limit)
}

export async function findApiDraft(conn: Conn, reach: Reach, id: DraftId) {
  const [row] = await selectDrafts(conn).where(and(eq(drafts.id, id), within(drafts.accountId, reach)))
  return row
}

/** A page of a list in the order of its ids, and the id where the next one begins. */
export function byId<Row extends { id: string }>(rows: Row[], limit: number) {
  const items = rows.slice(0, limit)
  return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null }
}
