import { eq, inArray, sql } from 'drizzle-orm'
import type { ConversationId } from '#src/domain/ids.ts'
import type { Conn } from './client.ts'
import { accounts } from './schema/accounts.ts'
import { contacts } from './schema/contacts.ts'
import { conversations } from './schema/conversations.ts'
import { deskEntries } from './schema/desk-entries.ts'
import { drafts } from './schema/drafts.ts'
import { messages } from './schema/messages.ts'
import { operators } from './schema/operators.ts'

export interface Place {
  at: Date
  id: string
}

/** A list shows the beginning of a text; the rest stays in the database. */
const EXCERPT = 280

/** The lines of a list in the order of `ids`; every join is by a primary or unique key. */
export async function listItems(conn: Conn, ids: ConversationId[]) {
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
      assigneeName: operators.name,
      label: deskEntries.label,
      isUrgent: deskEntries.isUrgent,
    })
    .from(conversations)
    .innerJoin(accounts, eq(accounts.id, conversations.accountId))
    .innerJoin(contacts, eq(contacts.id, conversations.contactId))
    .leftJoin(messages, eq(messages.id, conversations.headMessageId))
    .leftJoin(drafts, eq(drafts.waitingFor, conversations.id))
    .leftJoin(deskEntries, eq(deskEntries.conversationId, conversations.id))
    .leftJoin(operators, eq(operators.id, deskEntries.assigneeId))
    .where(inArray(conversations.id, ids))
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.flatMap((id) => byId.get(id) ?? [])
}

/** A page, and where the next one begins while there is one. */
export function pageOf<Item>(items: Item[], more: boolean, placeOf: (item: Item) => Place | null) {
  const last = items.at(-1)
  return { items, next: more && last ? placeOf(last) : null }
}
