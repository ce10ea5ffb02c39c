import { and, asc, eq, inArray, lte, sql } from 'drizzle-orm'
import { type AccountId, type DeletionId, newId } from '#src/domain/ids.ts'
import { type Conn, isDuplicate, type Transaction } from './client.ts'
import { deletionRequests } from './schema/deletion-requests.ts'

export type DeletionRequest = typeof deletionRequests.$inferSelect

export interface NewDeletion {
  code: string
  origin: DeletionRequest['origin']
  digest: string | null
  personRef: string
  accountId: AccountId | null
}

const { id, code, digest, status, createdAt } = deletionRequests
const another = sql`version + 1`

/** Files a request; undefined when the same one is there already. */
export async function insertDeletion(conn: Conn, deletion: NewDeletion, at: Date): Promise<DeletionId | undefined> {
  const id = newId('deletion', at)
  try {
    await conn.insert(deletionRequests).values({ ...deletion, id, status: 'received', createdAt: at, updatedAt: at })
    return id
  } catch (error) {
    if (isDuplicate(error)) return undefined
    throw error
  }
}

export async function findDeletionByDigest(conn: Conn, given: string): Promise<DeletionRequest | undefined> {
  const [row] = await conn.select().from(deletionRequests).where(eq(digest, given))
  return row
}

export async function findDeletionByCode(conn: Conn, given: string): Promise<DeletionRequest | undefined> {
  const [row] = await conn.select().from(deletionRequests).where(eq(code, given))
  return row
}

/** Filed before `before` and not done, oldest first. */
export function listOpenDeletions(conn: Conn, before: Date, limit: number): Promise<DeletionRequest[]> {
  return conn
    .select()
    .from(deletionRequests)
    .where(and(inArray(status, ['received', 'erasing']), lte(createdAt, before)))
    .orderBy(asc(createdAt), asc(id))
    .limit(limit)
}

/** The request as it now is, locked until the commit. */
export async function lockDeletion(tx: Transaction, deletionId: DeletionId): Promise<DeletionRequest | undefined> {
  const [row] = await tx.select().from(deletionRequests).where(eq(id, deletionId)).for('update')
  return row
}

type Progress = Partial<
  Pick<
    DeletionRequest,
    'status' | 'contacts' | 'accounts' | 'scanTo' | 'scannedTo' | 'doneAt' | 'personRef' | 'alsoRefs'
  >
>

export async function saveProgress(conn: Conn, deletionId: DeletionId, progress: Progress, at: Date): Promise<void> {
  await conn
    .update(deletionRequests)
    .set({ ...progress, updatedAt: at, version: another })
    .where(eq(id, deletionId))
}

/** Counts what named the person, in the transaction that erases it. */
export async function addTraces(tx: Transaction, deletionId: DeletionId, found: number, at: Date): Promise<void> {
  if (found === 0) return
  await tx
    .update(deletionRequests)
    .set({ traces: sql`traces + ${found}`, updatedAt: at, version: another })
    .where(eq(id, deletionId))
}
