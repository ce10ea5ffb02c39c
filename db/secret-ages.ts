import { and, asc, eq, sql } from 'drizzle-orm'
import type { Conn, Transaction } from './client.ts'
import { secretAges } from './schema/secret-ages.ts'

export type SecretAgeRow = typeof secretAges.$inferSelect

const another = sql`version + 1`

export function listSecretAges(conn: Conn): Promise<SecretAgeRow[]> {
  return conn.select().from(secretAges).orderBy(asc(secretAges.name))
}

/** Does nothing when another process was first. */
export async function insertSecretAge(conn: Conn, { name, fingerprint }: Fingerprint, at: Date): Promise<void> {
  await conn
    .insert(secretAges)
    .values({ name, fingerprint, firstSeenAt: at, createdAt: at })
    .onDuplicateKeyUpdate({ set: { name: sql`name` } })
}

type Fingerprint = Pick<SecretAgeRow, 'name' | 'fingerprint'>

/** Another secret has `since`; the same one under another key keeps its age. Nothing happens when somebody was first. */
export async function replaceFingerprint(
  conn: Conn,
  { name, fingerprint }: Fingerprint,
  fresh: string,
  since?: Date,
): Promise<void> {
  await conn
    .update(secretAges)
    .set({ fingerprint: fresh, ...(since && { firstSeenAt: since, told: null }), version: another })
    .where(and(eq(secretAges.name, name), eq(secretAges.fingerprint, fingerprint)))
}

/** False when another process gives this reminder. */
export async function markTold(tx: Transaction, { name, told }: SecretAgeRow, step: number | null): Promise<boolean> {
  const [{ affectedRows }] = await tx
    .update(secretAges)
    .set({ told: step, version: another })
    .where(and(eq(secretAges.name, name), sql`${secretAges.told} <=> ${told}`))
  return affectedRows === 1
}
