import { and, asc, eq, inArray, isNull, or, sql } from 'drizzle-orm'
import type { AccountId, ConversationId, MessageId, NoteId, OperatorId, TemplateId, ViewId } from '#src/domain/ids.ts'
import type { Conn, Transaction } from './client.ts'
import { deskEntries } from './schema/desk-entries.ts'
import { notes } from './schema/notes.ts'
import { operators } from './schema/operators.ts'
import { savedViews } from './schema/saved-views.ts'
import { templates } from './schema/templates.ts'

const COLLEAGUES_MAX = 200
const NOTES_MAX = 100
const TEMPLATES_MAX = 100

type Place = { assigneeId: OperatorId | null } | { snoozedUntil: Date | null; snoozedHeadId: MessageId | null }

/** Says where the conversation lies from now on; what is not said stays as it was. */
export async function placeOnDesk(tx: Transaction, conversationId: ConversationId, place: Place, at: Date) {
  await tx
    .insert(deskEntries)
    .values({ conversationId, ...place, createdAt: at, updatedAt: at })
    .onDuplicateKeyUpdate({ set: { ...place, updatedAt: at, version: sql`version + 1` } })
}

/** Who assigned work can go to: those who may decide. */
export function listColleagues(conn: Conn) {
  return conn
    .select({ id: operators.id, name: operators.name })
    .from(operators)
    .where(and(isNull(operators.disabledAt), inArray(operators.role, ['approver', 'admin'])))
    .orderBy(asc(operators.name), asc(operators.id))
    .limit(COLLEAGUES_MAX)
}

export async function findColleague(conn: Conn, id: OperatorId) {
  const [row] = await conn.select({ id: operators.id, role: operators.role }).from(operators).where(isActive(id))
  return row
}

function isActive(id: OperatorId) {
  return and(eq(operators.id, id), isNull(operators.disabledAt))
}

export async function insertNote(tx: Transaction, note: typeof notes.$inferInsert): Promise<void> {
  await tx.insert(notes).values(note)
}

/** Only their own; false when there is none. */
export async function deleteNote(tx: Transaction, id: NoteId, operatorId: OperatorId): Promise<boolean> {
  const [{ affectedRows }] = await tx.delete(notes).where(and(eq(notes.id, id), eq(notes.operatorId, operatorId)))
  return affectedRows === 1
}

export async function findNote(conn: Conn, id: NoteId) {
  const [note] = await conn.select().from(notes).where(eq(notes.id, id))
  return note
}

/** The newest hundred, oldest first. */
export async function listNotes(conn: Conn, conversationId: ConversationId) {
  const rows = await conn
    .select({
      id: notes.id,
      text: notes.text,
      operatorId: notes.operatorId,
      by: operators.name,
      createdAt: notes.createdAt,
    })
    .from(notes)
    .leftJoin(operators, eq(operators.id, notes.operatorId))
    .where(eq(notes.conversationId, conversationId))
    .orderBy(sql`${notes.id} desc`)
    .limit(NOTES_MAX)
  return rows.reverse()
}

/** What can be put into a reply of this account: its own, and those for every account. */
export async function listTemplates(conn: Conn, accountId: AccountId) {
  return conn
    .select({
      id: templates.id,
      accountId: templates.accountId,
      title: templates.title,
      body: templates.body,
      version: templates.version,
    })
    .from(templates)
    .where(or(eq(templates.accountId, accountId), isNull(templates.accountId)))
    .orderBy(asc(templates.title), asc(templates.id))
    .limit(TEMPLATES_MAX)
}

export async function lockTemplate(tx: Transaction, id: TemplateId) {
  const [row] = await tx.select().from(templates).where(eq(templates.id, id)).for('update')
  return row
}

export async function insertTemplate(tx: Transaction, template: typeof templates.$inferInsert): Promise<void> {
  await tx.insert(templates).values(template)
}

export async function updateTemplate(
  tx: Transaction,
  id: TemplateId,
  words: { title: string; body: string; accountId: AccountId | null },
  at: Date,
): Promise<void> {
  await tx
    .update(templates)
    .set({ ...words, updatedAt: at, version: sql`version + 1` })
    .where(eq(templates.id, id))
}

export async function deleteTemplate(tx: Transaction, id: TemplateId): Promise<void> {
  await tx.delete(templates).where(eq(templates.id, id))
}

/** As many as fit above a list. */
export const VIEWS_MAX = 12

export function listViews(conn: Conn, operatorId: OperatorId) {
  return conn
    .select({ id: savedViews.id, name: savedViews.name, query: savedViews.query })
    .from(savedViews)
    .where(eq(savedViews.operatorId, operatorId))
    .orderBy(asc(savedViews.id))
    .limit(VIEWS_MAX)
}

export async function insertView(conn: Conn, view: typeof savedViews.$inferInsert): Promise<void> {
  await conn.insert(savedViews).values(view)
}

/** Only their own. */
export async function deleteView(conn: Conn, id: ViewId, operatorId: OperatorId): Promise<void> {
  await conn.delete(savedViews).where(and(eq(savedViews.id, id), eq(savedViews.operatorId, operatorId)))
}
