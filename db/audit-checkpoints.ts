import { desc } from 'drizzle-orm'
import type { SignedCheckpoint } from '#src/domain/audit.ts'
import { type Conn, type Database, isDuplicate } from './client.ts'
import { auditCheckpoints } from './schema/audit-entries.ts'

export async function readNewestCheckpoint(conn: Conn): Promise<SignedCheckpoint | undefined> {
  const { number, seq, hash, at, signature } = auditCheckpoints
  const [row] = await conn
    .select({ number, seq, hash, at, signature })
    .from(auditCheckpoints)
    .orderBy(desc(number))
    .limit(1)
  return row
}

/** False when another process has used this number. */
export async function insertCheckpoint(db: Database, checkpoint: SignedCheckpoint): Promise<boolean> {
  try {
    await db.insert(auditCheckpoints).values({ ...checkpoint, createdAt: checkpoint.at })
    return true
  } catch (error) {
    if (isDuplicate(error)) return false
    throw error
  }
}
