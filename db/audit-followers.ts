import { eq, sql } from 'drizzle-orm'
import type { Conn } from './client.ts'
import { auditFollowers } from './schema/audit-entries.ts'

/** The last entry this follower has carried; 0 before its first. */
export async function readFollower(conn: Conn, name: string): Promise<number> {
  const [row] = await conn.select({ seq: auditFollowers.seq }).from(auditFollowers).where(eq(auditFollowers.name, name))
  return row?.seq ?? 0
}

/** Never backwards: one that woke up late does not undo what another has carried. */
export async function moveFollower(conn: Conn, { name, seq }: { name: string; seq: number }, at: Date): Promise<void> {
  await conn
    .insert(auditFollowers)
    .values({ name, seq, createdAt: at })
    .onDuplicateKeyUpdate({ set: { seq: sql`greatest(seq, values(seq))` } })
}
