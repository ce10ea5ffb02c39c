import { and, asc, eq, inArray, ne, sql } from 'drizzle-orm'
import type { ResultSetHeader, RowDataPacket } from 'mysql2'
import type { Platform } from '#src/domain/platform.ts'
import { type Conn, type Database, isDuplicate } from './client.ts'
import { webhookDeliveries } from './schema/webhook-deliveries.ts'

export interface NewDelivery {
  source: Platform
  digest: string
  secretLabel: string
  body: Uint8Array
  acceptedAt: Date
}

export type StoredDelivery = Pick<
  typeof webhookDeliveries.$inferSelect,
  'id' | 'source' | 'body' | 'receivedAt' | 'createdAt'
>

/** Written into the statement, bytes double as hex; a body beyond this is sent as a parameter, so that it fits one packet. */
const HEX_BYTES_MAX = 5 * 1024 * 1024
/** After so many failures nobody tries any more. */
const ATTEMPTS_MAX = 10

/**
 * Stores a group in one statement and answers the ids to receive. A row whose digest is stored already changes nothing and
 * harms no neighbour; its id is answered as long as nobody has received it. Written by hand: this is the hottest statement.
 */
export async function storeDeliveries(db: Database, deliveries: readonly NewDelivery[]): Promise<number[]> {
  if (deliveries.length === 0) return []
  try {
    const { insertId } = await insertDeliveries(db, deliveries)
    const step = await idStep(db)
    return deliveries.map((_delivery, index) => insertId + index * step)
  } catch (error) {
    if (!isDuplicate(error)) throw error
  }
  await insertDeliveries(db, deliveries, 'ON DUPLICATE KEY UPDATE digest = VALUES(digest)')
  return findUnreceived(db, deliveries)
}

async function insertDeliveries(
  db: Database,
  deliveries: readonly NewDelivery[],
  orElse = '',
): Promise<ResultSetHeader> {
  const places = deliveries.map(() => "(?, ?, ?, ?, 'stored', ?)").join(', ')
  const statement = `INSERT INTO webhook_deliveries (source, digest, secret_label, body, status, created_at) VALUES ${places} ${orElse}`
  const values = deliveries.flatMap(({ source, digest, secretLabel, body, acceptedAt }) => [
    source,
    digest,
    secretLabel,
    Buffer.from(body.buffer, body.byteOffset, body.byteLength),
    acceptedAt,
  ])
  const bytes = deliveries.reduce((sum, { body }) => sum + body.length, 0)
  const pool = db.$client.promise()
  const [result] = await (bytes > HEX_BYTES_MAX ? pool.execute(statement, values) : pool.query(statement, values))
  return result as ResultSetHeader
}

const steps = new WeakMap<Database, Promise<number>>()

/** Ids of one statement lie this far apart: 1, except in a cluster. https://dev.mysql.com/doc/refman/8.4/en/innodb-auto-increment-handling.html */
function idStep(db: Database): Promise<number> {
  const known = steps.get(db) ?? readIdStep(db)
  steps.set(db, known)
  known.catch(() => steps.delete(db))
  return known
}

async function readIdStep(db: Database): Promise<number> {
  const [rows] = await db.$client.promise().query<RowDataPacket[]>('SELECT @@auto_increment_increment AS step')
  return Number(rows[0]?.['step'] ?? 1)
}

async function findUnreceived(conn: Conn, deliveries: readonly NewDelivery[]): Promise<number[]> {
  const { id, source, digest, status } = webhookDeliveries
  const digests = deliveries.map((delivery) => delivery.digest)
  const sources = [...new Set(deliveries.map((delivery) => delivery.source))]
  const rows = await conn
    .select({ id })
    .from(webhookDeliveries)
    .where(and(inArray(source, sources), inArray(digest, digests), eq(status, 'stored')))
  return rows.map((row) => row.id)
}

/** Those of the deliveries that have not been received yet. */
export function findDeliveries(conn: Conn, ids: readonly number[]): Promise<StoredDelivery[]> {
  const { id, source, body, receivedAt, createdAt, status } = webhookDeliveries
  return conn
    .select({ id, source, body, receivedAt, createdAt })
    .from(webhookDeliveries)
    .where(and(inArray(id, [...ids]), ne(status, 'received')))
    .orderBy(asc(id))
}

/** `erase` empties the bodies: a message in them was unsent. */
export async function markReceived(
  conn: Conn,
  ids: readonly number[],
  { at, erase }: { at: Date; erase: boolean },
): Promise<void> {
  if (ids.length === 0) return
  await conn
    .update(webhookDeliveries)
    .set({ status: 'received', receivedAt: at, ...(erase && { body: Buffer.alloc(0) }) })
    .where(inArray(webhookDeliveries.id, [...ids]))
}

/** Counts a failed try; true when it was the last one. */
export async function noteFailure(conn: Conn, deliveryId: number): Promise<boolean> {
  const { id, attempts, status } = webhookDeliveries
  await conn
    .update(webhookDeliveries)
    .set({ status: sql`IF(attempts + 1 >= ${ATTEMPTS_MAX}, 'failed', status)`, attempts: sql`attempts + 1` })
    .where(and(eq(id, deliveryId), ne(status, 'received')))
  const [row] = await conn.select({ attempts, status }).from(webhookDeliveries).where(eq(id, deliveryId))
  return row?.status === 'failed' && row.attempts === ATTEMPTS_MAX
}

/** Empties bodies that nobody needs to read again. What is not received yet is emptied when it is. */
export async function eraseBodies(conn: Conn, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return
  const { id, status } = webhookDeliveries
  await conn
    .update(webhookDeliveries)
    .set({ body: Buffer.alloc(0) })
    .where(and(inArray(id, [...ids]), eq(status, 'received')))
}
