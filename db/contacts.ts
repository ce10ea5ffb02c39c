import { and, eq, isNull, lt, or, sql } from 'drizzle-orm'
import type { ContactId } from '#src/domain/ids.ts'
import type { Conn } from './client.ts'
import { accounts } from './schema/accounts.ts'
import { contacts } from './schema/contacts.ts'
import { conversations } from './schema/conversations.ts'

/** The contact with the account that knows them. */
export async function readContact(conn: Conn, id: ContactId) {
  const [row] = await conn
    .select({ contact: contacts, account: accounts })
    .from(contacts)
    .innerJoin(accounts, eq(accounts.id, contacts.accountId))
    .where(eq(contacts.id, id))
  return row
}

/** Takes the next look at a profile for this job alone; false when another job was first. */
export async function claimProfile(conn: Conn, { id, version }: { id: ContactId; version: number }): Promise<boolean> {
  const [{ affectedRows }] = await conn
    .update(contacts)
    .set({ version: version + 1 })
    .where(and(eq(contacts.id, id), eq(contacts.version, version)))
  return affectedRows === 1
}

/** Writes down the profile; a name that the platform keeps to itself leaves a known one alone. */
export async function saveProfile(
  conn: Conn,
  id: ContactId,
  { name, username }: { name?: string; username?: string },
  at: Date,
): Promise<void> {
  await conn
    .update(contacts)
    .set({
      ...(name && { name: name.slice(0, 255) }),
      ...(username && { username: username.slice(0, 255) }),
      profileCheckedAt: at,
      version: sql`version + 1`,
    })
    // Who was erased while the platform was asked stays erased.
    .where(and(eq(contacts.id, id), isNull(contacts.erasedAt)))
}

/** Since `at` the contact wants no messages; false when that was known, or a later wish is. */
export async function optOut(conn: Conn, id: ContactId, at: Date): Promise<boolean> {
  const [{ affectedRows }] = await conn
    .update(contacts)
    .set({ optedOutAt: at, version: sql`version + 1` })
    .where(and(eq(contacts.id, id), or(isNull(contacts.optedOutAt), lt(contacts.optedOutAt, at))))
  return affectedRows === 1
}

export async function listConversationsOf(
  conn: Conn,
  id: ContactId,
  accountId: (typeof contacts.$inferSelect)['accountId'],
) {
  return conn
    .select({ id: conversations.id })
    .from(conversations)
    .where(and(eq(conversations.accountId, accountId), eq(conversations.contactId, id)))
}
