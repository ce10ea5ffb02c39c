import { and, asc, count, eq, lt, sql } from 'drizzle-orm'
import type { OperatorId, PasskeyId } from '#src/domain/ids.ts'
import type { Conn, Transaction } from './client.ts'
import { passkeyChallenges, passkeys } from './schema/passkeys.ts'

export type PasskeyRow = typeof passkeys.$inferSelect

const CLEARED_AT_ONCE = 100

/** Asks this in the place of what was asked before, and forgets some of what nobody answered in time. */
export async function saveChallenge(conn: Conn, asked: typeof passkeyChallenges.$inferInsert): Promise<void> {
  const { challengeHash, expiresAt, createdAt } = asked
  await conn.delete(passkeyChallenges).where(lt(passkeyChallenges.expiresAt, createdAt)).limit(CLEARED_AT_ONCE)
  await conn
    .insert(passkeyChallenges)
    .values(asked)
    .onDuplicateKeyUpdate({ set: { challengeHash, expiresAt, createdAt } })
}

/** Takes what was asked for good; of two who answer at once the second finds nothing. */
export async function takeChallenge(tx: Transaction, askedHash: string, at: Date): Promise<string | undefined> {
  const isAsked = eq(passkeyChallenges.askedHash, askedHash)
  const [row] = await tx.select().from(passkeyChallenges).where(isAsked).for('update')
  if (!row) return undefined
  await tx.delete(passkeyChallenges).where(isAsked)
  return row.expiresAt > at ? row.challengeHash : undefined
}

/** The oldest first. */
export async function listPasskeys(conn: Conn, operatorId: OperatorId): Promise<PasskeyRow[]> {
  return conn.select().from(passkeys).where(eq(passkeys.operatorId, operatorId)).orderBy(asc(passkeys.id))
}

export async function countPasskeys(conn: Conn, operatorId: OperatorId): Promise<number> {
  const [row] = await conn.select({ there: count() }).from(passkeys).where(eq(passkeys.operatorId, operatorId))
  return row?.there ?? 0
}

export async function insertPasskey(conn: Conn, passkey: typeof passkeys.$inferInsert): Promise<void> {
  await conn.insert(passkeys).values(passkey)
}

/** Nobody else uses or removes it until the transaction ends. */
export async function lockPasskey(tx: Transaction, credentialHash: string): Promise<PasskeyRow | undefined> {
  const [row] = await tx.select().from(passkeys).where(eq(passkeys.credentialHash, credentialHash)).for('update')
  return row
}

export async function notePasskeyUse(tx: Transaction, id: PasskeyId, signCount: number, lastUsedAt: Date) {
  await tx.update(passkeys).set({ signCount, lastUsedAt, version: sql`version + 1` }).where(eq(passkeys.id, id))
}

/** False when this operator has no such passkey. */
export async function removePasskey(conn: Conn, { id, operatorId }: { id: PasskeyId; operatorId: OperatorId }) {
  const [{ affectedRows }] = await conn
    .delete(passkeys)
    .where(and(eq(passkeys.id, id), eq(passkeys.operatorId, operatorId)))
  return affectedRows === 1
}

/** All of them, and what their owner was asked. */
export async function removePasskeysOf(tx: Transaction, operatorId: OperatorId): Promise<void> {
  await tx.delete(passkeyChallenges).where(eq(passkeyChallenges.operatorId, operatorId))
  await tx.delete(passkeys).where(eq(passkeys.operatorId, operatorId))
}
