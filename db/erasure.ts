/*
 * What a person left, table by table. Each sentence takes a bounded batch of what is still there and answers how much it found,
 * so that doing it again finds less, and in the end nothing. Ids of messages stay, as after an unsend: they keep the words from
 * coming back with another delivery, and the audit log holds them anyway.
 */
import { and, eq, inArray, isNotNull, isNull, ne, notInArray, or, type SQL, sql } from 'drizzle-orm'
import type { AccountId, ContactId, ConversationId, DeletionId, PostId } from '#src/domain/ids.ts'
import type { Conn, Transaction } from './client.ts'
import { eraseBodies } from './deliveries.ts'
import { isOneOf } from './many.ts'
import { releaseMedia } from './media.ts'
import { accounts } from './schema/accounts.ts'
import { contacts } from './schema/contacts.ts'
import { conversations } from './schema/conversations.ts'
import { deliveryAttempts } from './schema/delivery-attempts.ts'
import { drafts } from './schema/drafts.ts'
import { inboundEvents } from './schema/inbound-events.ts'
import { messages } from './schema/messages.ts'
import { notes } from './schema/notes.ts'
import { outboxPosts } from './schema/outbox-posts.ts'
import { reviewDecisions } from './schema/review-decisions.ts'

const another = sql`version + 1`

/** A contact's conversation, and what stands where the person's reference stood. */
export interface ErasedThread {
  conversationId: ConversationId
  accountRef: string
  tombstone: string
}

/** The person, as each account knows them; locked until the commit. Of one person an account may know several contacts. */
export async function lockPerson(tx: Transaction, ref: string, accountId: AccountId | null) {
  const owners = tx.select({ id: accounts.id }).from(accounts)
  const inScope = accountId ? eq(contacts.accountId, accountId) : inArray(contacts.accountId, owners)
  const found = await lockContacts(tx, and(or(eq(contacts.contactRef, ref), eq(contacts.directRef, ref)), inScope))
  for (let fresh = found; fresh.length > 0; found.push(...fresh)) {
    const same = await lockContacts(tx, or(...fresh.flatMap(joinsOf)))
    fresh = same.filter(({ id }) => !found.some((known) => known.id === id))
    if (fresh.length === 0) break
  }
  return found
}

export type Known = Awaited<ReturnType<typeof lockContacts>>[number]

function lockContacts(tx: Transaction, where: SQL | undefined) {
  const { id, accountId, contactRef, directRef, username } = contacts
  return tx.select({ id, accountId, contactRef, directRef, username }).from(contacts).where(where).for('update')
}

/** A commenter and a writer of messages are joined by the second's reference; one who mentioned us elsewhere goes by the username. */
export function joinsOf({ accountId, contactRef, directRef, username }: Known): (SQL | undefined)[] {
  const { contactRef: ref, directRef: direct, username: name } = contacts
  const joined = [
    eq(direct, contactRef),
    ...(directRef ? [eq(ref, directRef), eq(direct, directRef)] : []),
    ...(username ? [eq(ref, `@${username}`)] : []),
    ...(contactRef.startsWith('@') ? [eq(name, contactRef.slice(1))] : []),
  ]
  return joined.map((join) => and(eq(contacts.accountId, accountId), join))
}

/** Takes name and reference away; whoever writes under it from now on is somebody new. */
export async function nameErased(
  tx: Transaction,
  contactId: ContactId,
  { tombstone, deletionId, at }: { tombstone: string; deletionId: DeletionId; at: Date },
): Promise<void> {
  await tx
    .update(contacts)
    .set({
      contactRef: tombstone,
      directRef: null,
      name: null,
      username: null,
      // Nobody asks the platform about this contact any more.
      profileCheckedAt: at,
      erasedAt: at,
      deletionId,
      version: another,
    })
    .where(eq(contacts.id, contactId))
}

export async function listErasedThreads(conn: Conn, deletionId: DeletionId): Promise<ErasedThread[]> {
  return conn
    .select({ conversationId: conversations.id, accountRef: accounts.accountRef, tombstone: contacts.contactRef })
    .from(contacts)
    .innerJoin(accounts, eq(accounts.id, contacts.accountId))
    .innerJoin(
      conversations,
      and(eq(conversations.accountId, contacts.accountId), eq(conversations.contactId, contacts.id)),
    )
    .where(eq(contacts.deletionId, deletionId))
    .orderBy(conversations.id)
}

/** Posts that wait to be sent, or whose fate is not known yet. */
export function listOpenPosts(conn: Conn, id: ConversationId) {
  return conn
    .select({ id: outboxPosts.id, status: outboxPosts.status, textHash: outboxPosts.textHash })
    .from(outboxPosts)
    .where(and(eq(outboxPosts.conversationId, id), inArray(outboxPosts.status, ['queued', 'sending', 'uncertain'])))
}

/** The conversation asks nothing of anybody any more. */
export async function closeThread(tx: Transaction, id: ConversationId, at: Date): Promise<number> {
  const { attention, attentionNote, draftInstruction, draftDueAt } = conversations
  const open = or(ne(attention, 'none'), isNotNull(attentionNote), isNotNull(draftInstruction), isNotNull(draftDueAt))
  const [{ affectedRows }] = await tx
    .update(conversations)
    .set({
      attention: 'none',
      attentionReason: null,
      attentionNote: null,
      draftInstruction: null,
      draftDueAt: null,
      draftLeaseUntil: null,
      draftLeaseHeadId: null,
      updatedAt: at,
      version: another,
    })
    .where(and(eq(conversations.id, id), open))
  return affectedRows
}

interface Batch {
  at: Date
  limit: number
}

/** The words, and every delivery that brought them or told about them. */
export async function eraseMessages(
  tx: Transaction,
  { conversationId, accountRef }: ErasedThread,
  { at, limit }: Batch,
): Promise<number> {
  const { id, messageRef, text, attachments, reaction, replyToRef, deletedAt } = messages
  const left = or(
    ne(text, ''),
    sql`${attachments} <> '[]'`,
    isNotNull(reaction),
    isNotNull(replyToRef),
    isNull(deletedAt),
  )
  const rows = await tx
    .select({ id, messageRef })
    .from(messages)
    .where(and(eq(messages.conversationId, conversationId), left))
    .limit(limit)
  if (rows.length === 0) return 0
  const ids = rows.map((row) => row.id)
  const gone = { text: '', attachments: [], reaction: null, replyToRef: null, version: another }
  await tx
    .update(messages)
    .set({ ...gone, deletedAt: sql`coalesce(deleted_at, ${at})` })
    .where(isOneOf(id, ids))
  await releaseMedia(tx, ids, at)
  const refs = rows.map((row) => row.messageRef)
  const about = and(eq(inboundEvents.accountRef, accountRef), isOneOf(inboundEvents.messageRef, refs))
  const told = await tx.selectDistinct({ id: inboundEvents.deliveryId }).from(inboundEvents).where(about)
  await tx
    .update(inboundEvents)
    .set({ raw: null })
    .where(and(about, isNotNull(inboundEvents.raw)))
  const deliveries = told.map((row) => row.id)
  await eraseBodies(tx, deliveries)
  return rows.length
}

export async function eraseDrafts(tx: Transaction, { conversationId }: ErasedThread, { at, limit }: Batch) {
  const left = or(ne(drafts.text, ''), isNotNull(drafts.rationale), sql`${drafts.flags} <> '[]'`)
  const gone = { text: '', rationale: null, flags: [], updatedAt: at, version: another }
  const [{ affectedRows }] = await tx
    .update(drafts)
    .set(gone)
    .where(and(eq(drafts.conversationId, conversationId), left))
    .limit(limit)
  return affectedRows
}

/** An approval names its recipient; once it is gone nothing can be sent on it. */
export async function eraseDecisions(tx: Transaction, { conversationId }: ErasedThread, { limit }: Batch) {
  const { text, reason, approval } = reviewDecisions
  const left = or(ne(text, ''), isNotNull(reason), isNotNull(approval))
  const [{ affectedRows }] = await tx
    .update(reviewDecisions)
    .set({ text: '', reason: null, approval: null, signature: null })
    .where(and(eq(reviewDecisions.conversationId, conversationId), left))
    .limit(limit)
  return affectedRows
}

/** What operators wrote down about the person goes whole. */
export async function eraseNotes(tx: Transaction, { conversationId }: ErasedThread, limit: number): Promise<number> {
  const [{ affectedRows }] = await tx.delete(notes).where(eq(notes.conversationId, conversationId)).limit(limit)
  return affectedRows
}

/** Posts that have ended. Of the others the words are the evidence: they end first. */
export async function erasePosts(
  tx: Transaction,
  { conversationId, tombstone }: ErasedThread,
  { at, limit }: Batch,
): Promise<number> {
  const { id, text, recipientRef, outcomeNote, status } = outboxPosts
  const left = or(ne(text, ''), ne(recipientRef, tombstone), isNotNull(outcomeNote))
  const rows = await tx
    .select({ id })
    .from(outboxPosts)
    .where(
      and(eq(outboxPosts.conversationId, conversationId), notInArray(status, ['queued', 'sending', 'uncertain']), left),
    )
    .limit(limit)
  if (rows.length === 0) return 0
  const ids: PostId[] = rows.map((row) => row.id)
  await tx
    .update(outboxPosts)
    .set({ text: '', recipientRef: tombstone, outcomeNote: null, updatedAt: at, version: another })
    .where(isOneOf(id, ids))
  await tx.update(deliveryAttempts).set({ note: null }).where(isOneOf(deliveryAttempts.postId, ids))
  return rows.length
}

/** The contact of this account's message is erased. */
export async function listErasedRefs(conn: Conn, accountId: AccountId, refs: readonly string[]): Promise<string[]> {
  if (refs.length === 0) return []
  const rows = await conn
    .select({ messageRef: messages.messageRef })
    .from(messages)
    .innerJoin(conversations, eq(conversations.id, messages.conversationId))
    .innerJoin(contacts, eq(contacts.id, conversations.contactId))
    .where(and(eq(messages.accountId, accountId), isOneOf(messages.messageRef, refs), isErased))
  return rows.map(({ messageRef }) => messageRef)
}

/** The conversation of an erased contact in which a post to this person has not ended. */
export async function findEndingThread(
  conn: Conn,
  { accountId, recipientRef }: { accountId: AccountId; recipientRef: string },
): Promise<ConversationId | undefined> {
  const [row] = await conn
    .select({ id: outboxPosts.conversationId })
    .from(outboxPosts)
    .innerJoin(conversations, eq(conversations.id, outboxPosts.conversationId))
    .innerJoin(contacts, eq(contacts.id, conversations.contactId))
    .where(
      and(
        inArray(outboxPosts.status, ['sending', 'uncertain']),
        eq(outboxPosts.accountId, accountId),
        eq(outboxPosts.recipientRef, recipientRef),
        isErased,
      ),
    )
    .limit(1)
  return row?.id
}

const isErased: SQL = isNotNull(contacts.erasedAt)
