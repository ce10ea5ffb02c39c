import { and, asc, eq, inArray, isNull, lt, lte, ne, or, type SQL, sql } from 'drizzle-orm'
import { type AccountId, type ConversationId, type MediaId, type MessageId, newId } from '#src/domain/ids.ts'
import type { Attachment } from '#src/domain/inbox.ts'
import { isFile, type MediaReason, type MediaType } from '#src/domain/media.ts'
import type { Conn, Transaction } from './client.ts'
import { insertAll, isOneOf } from './many.ts'
import { media } from './schema/media.ts'
import { messages } from './schema/messages.ts'

export type Media = typeof media.$inferSelect

const { id, messageId, conversationId, status, dueAt, leaseUntil, createdAt } = media
const another = sql`version + 1`

interface Bearer {
  id: MessageId
  conversationId: ConversationId
  attachments: Attachment[]
}

/** A row for each file that came with these messages; one that is there already stays as it is. Answers those to fetch. */
export async function addMedia(tx: Transaction, bearers: readonly Bearer[], at: Date): Promise<MediaId[]> {
  const rows = bearers.flatMap((bearer) =>
    bearer.attachments.flatMap((attachment, position) =>
      isFile(attachment) && attachment.url !== undefined ? [rowOf(bearer, position, at)] : [],
    ),
  )
  if (rows.length === 0) return []
  await insertAll(tx, media, rows, sql`on duplicate key update id = id`)
  return rows.map((row) => row.id)
}

function rowOf({ id: messageId, conversationId }: Bearer, position: number, at: Date) {
  const place = { id: newId('media', at), messageId, conversationId, position }
  return { ...place, status: 'waiting' as const, dueAt: at, createdAt: at, updatedAt: at }
}

/** The row with the attachment that it is for. */
export async function findMedia(
  conn: Conn,
  mediaId: MediaId,
): Promise<{ row: Media; attachment: Attachment; accountId: AccountId } | undefined> {
  const [found] = await conn
    .select({ row: media, attachments: messages.attachments, accountId: messages.accountId })
    .from(media)
    .innerJoin(messages, eq(messages.id, messageId))
    .where(eq(id, mediaId))
  if (!found) return undefined
  const { row, attachments, accountId } = found
  return { row, accountId, attachment: attachments[row.position] ?? { type: '' } }
}

/** Takes it for this process, when nobody else has; the version answered is what the outcome has to be written with. */
export async function claimMedia(
  conn: Conn,
  row: Media,
  { at, until }: { at: Date; until: Date },
): Promise<number | undefined> {
  const isFree = or(isNull(leaseUntil), lte(leaseUntil, at))
  const [{ affectedRows }] = await conn
    .update(media)
    .set({ attempts: sql`attempts + 1`, leaseUntil: until, version: another, updatedAt: at })
    .where(and(eq(id, row.id), eq(media.version, row.version), eq(status, 'waiting'), isFree))
  return affectedRows === 1 ? row.version + 1 : undefined
}

export type MediaOutcome =
  | { status: 'kept'; contentType: MediaType; bytes: number; width: number | null; height: number | null }
  | { status: 'failed'; reason: MediaReason }
  | { status: 'waiting'; dueAt: Date }

/** False when the row went on without us: the message was unsent, or somebody else took it over. */
export async function settleMedia(
  conn: Conn,
  { id: mediaId, version }: Pick<Media, 'id' | 'version'>,
  outcome: MediaOutcome,
  at: Date,
): Promise<boolean> {
  const [{ affectedRows }] = await conn
    .update(media)
    .set({ ...outcome, leaseUntil: null, version: another, updatedAt: at })
    .where(and(eq(id, mediaId), eq(media.version, version), eq(status, 'waiting')))
  return affectedRows === 1
}

/** Nobody is fetching it any more. */
export async function endMediaLease(conn: Conn, mediaId: MediaId): Promise<void> {
  await conn
    .update(media)
    .set({ leaseUntil: null })
    .where(and(eq(id, mediaId), eq(status, 'released')))
}

/** The words of these messages are gone, so their files go too. From the commit on nobody is shown them. */
export async function releaseMedia(tx: Transaction, bearers: readonly MessageId[], at: Date): Promise<void> {
  if (bearers.length === 0) return
  await tx
    .update(media)
    .set({ status: 'released', dueAt: at, version: another, updatedAt: at })
    .where(and(isOneOf(messageId, bearers), inArray(status, ['waiting', 'kept', 'failed'])))
}

/** Files of a conversation that have not been removed yet. */
export async function countMedia(conn: Conn, conversation: ConversationId): Promise<number> {
  const [row] = await conn
    .select({ count: sql`count(*)`.mapWith(Number) })
    .from(media)
    .where(eq(conversationId, conversation))
  return row?.count ?? 0
}

/** Files to fetch that were due before `before` and that nobody is fetching. */
export function listOverdueMedia(conn: Conn, { before, at }: { before: Date; at: Date }, limit: number) {
  return list(conn, and(eq(status, 'waiting'), lte(dueAt, before), or(isNull(leaseUntil), lte(leaseUntil, at))), limit)
}

/** Files to remove. One that is being fetched at this moment is left until that has ended. */
export function listReleasedMedia(conn: Conn, at: Date, limit: number) {
  return list(conn, and(eq(status, 'released'), or(isNull(leaseUntil), lte(leaseUntil, at))), limit)
}

function list(conn: Conn, where: SQL | undefined, limit: number) {
  return conn.select({ id, conversationId }).from(media).where(where).orderBy(asc(dueAt)).limit(limit)
}

/** Its file has been removed. */
export async function dropMedia(conn: Conn, mediaId: MediaId): Promise<void> {
  await conn.delete(media).where(and(eq(id, mediaId), eq(status, 'released')))
}

/** Lets go of files that were kept for long enough; answers which. */
export async function expireMedia(conn: Conn, { before, at }: { before: Date; at: Date }, limit: number) {
  const old = and(eq(status, 'kept'), lt(createdAt, before))
  const rows = await conn.select({ id, conversationId }).from(media).where(old).orderBy(asc(createdAt)).limit(limit)
  const ids = rows.map((row) => row.id)
  if (ids.length > 0)
    await conn
      .update(media)
      .set({ status: 'failed', reason: 'expired', version: another, updatedAt: at })
      .where(and(isOneOf(id, ids), eq(status, 'kept')))
  return rows
}

/** Those of the ids whose file may be there: what failed has none for good, and what has no row belongs to nobody. */
export async function listOwned(conn: Conn, ids: readonly MediaId[]): Promise<MediaId[]> {
  if (ids.length === 0) return []
  const rows = await conn
    .select({ id })
    .from(media)
    .where(and(isOneOf(id, ids), ne(status, 'failed')))
  return rows.map((row) => row.id)
}

/** What an operator sees of the files of these messages. */
export function listMediaOf(conn: Conn, bearers: readonly MessageId[]) {
  const { position, reason, contentType, bytes, width, height } = media
  return conn
    .select({ id, messageId, position, status, reason, contentType, bytes, width, height })
    .from(media)
    .where(isOneOf(messageId, bearers))
}
