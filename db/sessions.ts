import { and, desc, eq, gt, inArray, isNull, lt, ne } from 'drizzle-orm'
import type { OperatorId, SessionId } from '#src/domain/ids.ts'
import type { Conn, Transaction } from './client.ts'
import { operators } from './schema/operators.ts'
import { refreshTokens, sessions } from './schema/sessions.ts'

/** When a session counts as alive. */
export interface Alive {
  at: Date
  idleSince: Date
}

export async function insertSession(conn: Conn, session: typeof sessions.$inferInsert): Promise<void> {
  await conn.insert(sessions).values(session)
}

/** A live session with its operator as the table has them now, so that a lost right is lost at once. */
export async function findSession(conn: Conn, id: SessionId, alive: Alive) {
  const [row] = await conn
    .select({
      sessionId: sessions.id,
      lastSeenAt: sessions.lastSeenAt,
      confirmedAt: sessions.confirmedAt,
      factorAt: sessions.factorAt,
      factorSince: operators.totpSince,
      operatorId: operators.id,
      name: operators.name,
      email: operators.email,
      role: operators.role,
      keys: operators.keys,
    })
    .from(sessions)
    .innerJoin(operators, eq(operators.id, sessions.operatorId))
    .where(and(eq(sessions.id, id), isAlive(alive), isNull(operators.disabledAt)))
  return row
}

/** An operator's live sessions, the newest first. */
export async function listSessions(conn: Conn, operatorId: OperatorId, alive: Alive) {
  const { id, agent, lastSeenAt, createdAt } = sessions
  return conn
    .select({ id, agent, lastSeenAt, createdAt })
    .from(sessions)
    .where(and(eq(sessions.operatorId, operatorId), isAlive(alive)))
    .orderBy(desc(sessions.createdAt), desc(sessions.id))
}

function isAlive({ at, idleSince }: Alive) {
  return and(isNull(sessions.endedAt), gt(sessions.expiresAt, at), gt(sessions.lastSeenAt, idleSince))
}

/** Moves the idle time forward, never back. */
export async function touchSession(conn: Conn, id: SessionId, at: Date): Promise<void> {
  await conn
    .update(sessions)
    .set({ lastSeenAt: at })
    .where(and(eq(sessions.id, id), lt(sessions.lastSeenAt, at)))
}

/** Their owner has just proved who they are; with a new second factor, by that too. */
export async function confirmSession(conn: Conn, id: SessionId, proof: { confirmedAt: Date; factorAt?: Date }) {
  await conn.update(sessions).set(proof).where(eq(sessions.id, id))
}

/** False when there was no such session of this operator, or it had ended before. */
export async function endSession(conn: Conn, { id, operatorId }: { id: SessionId; operatorId: OperatorId }, at: Date) {
  const [{ affectedRows }] = await conn
    .update(sessions)
    .set({ endedAt: at })
    .where(and(eq(sessions.id, id), eq(sessions.operatorId, operatorId), isNull(sessions.endedAt)))
  return affectedRows === 1
}

/** Ends all of an operator's sessions but the one to keep; answers how many. */
export async function endSessions(
  conn: Conn,
  { operatorId, keep }: { operatorId: OperatorId; keep?: SessionId | undefined },
  at: Date,
): Promise<number> {
  const others = keep === undefined ? undefined : ne(sessions.id, keep)
  const [{ affectedRows }] = await conn
    .update(sessions)
    .set({ endedAt: at })
    .where(and(eq(sessions.operatorId, operatorId), others, isNull(sessions.endedAt)))
  return affectedRows
}

export async function insertRefreshToken(
  conn: Conn,
  token: { tokenHash: string; sessionId: SessionId; createdAt: Date },
): Promise<void> {
  await conn.insert(refreshTokens).values(token)
}

/** The token's row, locked until the transaction ends: of two that renew at once the second sees what the first did. */
export async function lockRefreshToken(tx: Transaction, tokenHash: string) {
  const [row] = await tx
    .select({ sessionId: refreshTokens.sessionId, usedAt: refreshTokens.usedAt, operatorId: sessions.operatorId })
    .from(refreshTokens)
    .innerJoin(sessions, eq(sessions.id, refreshTokens.sessionId))
    .where(eq(refreshTokens.tokenHash, tokenHash))
    .for('update')
  return row
}

export async function useRefreshToken(tx: Transaction, tokenHash: string, at: Date): Promise<void> {
  await tx.update(refreshTokens).set({ usedAt: at }).where(eq(refreshTokens.tokenHash, tokenHash))
}

const FORGOTTEN_AT_ONCE = 100

/** Forgets sessions that could not go on since before this instant, some at a time. */
export async function clearSessions(conn: Conn, before: Date): Promise<void> {
  const old = await conn
    .select({ id: sessions.id })
    .from(sessions)
    .where(lt(sessions.expiresAt, before))
    .limit(FORGOTTEN_AT_ONCE)
  if (old.length === 0) return
  const ids = old.map(({ id }) => id)
  await conn.delete(refreshTokens).where(inArray(refreshTokens.sessionId, ids))
  await conn.delete(sessions).where(inArray(sessions.id, ids))
}
