import { and, count, eq, isNull, lt, or, sql } from 'drizzle-orm'
import type { OperatorId } from '#src/domain/ids.ts'
import type { Conn, Transaction } from './client.ts'
import { operators, recoveryCodes } from './schema/operators.ts'

export interface SealedFactor {
  totpSeed: string
  totpSince: Date
  totpLastStep: number
}

/** Puts a new authenticator app in the place of the old one, if there was one. */
export async function saveFactor(tx: Transaction, id: OperatorId, factor: SealedFactor): Promise<void> {
  await tx
    .update(operators)
    .set({ ...factor, version: sql`version + 1` })
    .where(eq(operators.id, id))
}

/** Takes app and recovery codes away; false when there was none. */
export async function removeFactor(tx: Transaction, id: OperatorId): Promise<boolean> {
  await tx.delete(recoveryCodes).where(eq(recoveryCodes.operatorId, id))
  const [{ affectedRows }] = await tx
    .update(operators)
    .set({ totpSeed: null, totpSince: null, totpLastStep: null, version: sql`version + 1` })
    .where(and(eq(operators.id, id), sql`${operators.totpSeed} is not null`))
  return affectedRows === 1
}

/** Takes a step for good; false when it, or a later one, was taken before. */
export async function takeStep(conn: Conn, id: OperatorId, step: number): Promise<boolean> {
  const isNew = or(isNull(operators.totpLastStep), lt(operators.totpLastStep, step))
  const [{ affectedRows }] = await conn
    .update(operators)
    .set({ totpLastStep: step })
    .where(and(eq(operators.id, id), isNew))
  return affectedRows === 1
}

/** Puts these in the place of all earlier ones. */
export async function saveRecoveryCodes(
  tx: Transaction,
  operatorId: OperatorId,
  hashes: readonly string[],
  createdAt: Date,
): Promise<void> {
  await tx.delete(recoveryCodes).where(eq(recoveryCodes.operatorId, operatorId))
  await tx.insert(recoveryCodes).values(hashes.map((codeHash) => ({ codeHash, operatorId, createdAt })))
}

/** Uses a code up; false when it is none of theirs, or was used before. */
export async function takeRecoveryCode(conn: Conn, operatorId: OperatorId, codeHash: string, at: Date) {
  const [{ affectedRows }] = await conn
    .update(recoveryCodes)
    .set({ usedAt: at })
    .where(
      and(eq(recoveryCodes.codeHash, codeHash), eq(recoveryCodes.operatorId, operatorId), isNull(recoveryCodes.usedAt)),
    )
  return affectedRows === 1
}

export async function countRecoveryCodes(conn: Conn, operatorId: OperatorId): Promise<number> {
  const [row] = await conn
    .select({ left: count() })
    .from(recoveryCodes)
    .where(and(eq(recoveryCodes.operatorId, operatorId), isNull(recoveryCodes.usedAt)))
  return row?.left ?? 0
}
