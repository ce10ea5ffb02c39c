import { and, eq, gt, isNull, lt } from 'drizzle-orm'
import type { Conn } from './client.ts'
import { operators } from './schema/operators.ts'
import { sessions } from './schema/sessions.ts'

export async function insertSession(conn: Conn, session: typeof sessions.$inferInsert): Promise<void> {
  await conn.insert(sessions).values(session)
}

/** The live session of this token with its operator as the table has them now, so that a lost right is lost at once. */
export async function findSession(conn: Conn, tokenHash: string, { at, idleSince }: { at: Date; idleSince: Date }) {
  const [row] = await conn
    .select({
      sessionId: sessions.id,
      lastSeenAt: sessions.lastSeenAt,
      operatorId: operators.id,
      name: operators.name,
      email: operators.email,
      role: operators.role,
    })
    .from(sessions)
    .innerJoin(operators, eq(operators.id, sessions.operatorId))
    .where(
      and(
        eq(sessions.tokenHash, tokenHash),
        isNull(sessions.endedAt),
        gt(sessions.expiresAt, at),
        gt(sessions.lastSeenAt, idleSince),
        isNull(operators.disabledAt),
      ),
    )
  return row
}

/** Moves the idle time forward, never back. */
export async function touchSession(conn: Conn, tokenHash: string, at: Date): Promise<void> {
  await conn
    .update(sessions)
    .set({ lastSeenAt: at })
    .where(and(eq(sessions.tokenHash, tokenHash), lt(sessions.lastSeenAt, at)))
}

/** False when it had ended before. */
export async function endSession(conn: Conn, tokenHash: string, at: Date): Promise<boolean> {
  const [{ affectedRows }] = await conn
    .update(sessions)
    .set({ endedAt: at })
    .where(and(eq(sessions.tokenHash, tokenHash), isNull(sessions.endedAt)))
  return affectedRows === 1
}
