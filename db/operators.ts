import { and, eq, gt, isNull, sql } from 'drizzle-orm'
import type { OperatorId } from '#src/domain/ids.ts'
import type { KeyChoice } from '#src/domain/keys.ts'
import type { Conn, Transaction } from './client.ts'
import { operators, setupLinks, signInThrottles } from './schema/operators.ts'

export type OperatorRow = typeof operators.$inferSelect

type NewOperator = Pick<OperatorRow, 'id' | 'name' | 'email' | 'passwordHash' | 'role' | 'createdAt'>

/** Answers the row as it stands now. */
export async function insertOperator(conn: Conn, operator: NewOperator): Promise<OperatorRow> {
  await conn.insert(operators).values(operator)
  const factor = { totpSeed: null, totpSince: null, totpLastStep: null }
  return { ...operator, ...factor, subjectRef: null, keys: null, disabledAt: null, version: 1 }
}

export async function findOperatorByEmail(conn: Conn, email: string): Promise<OperatorRow | undefined> {
  const [row] = await conn.select().from(operators).where(eq(operators.email, email))
  return row
}

export async function findOperator(conn: Conn, id: OperatorId): Promise<OperatorRow | undefined> {
  const [row] = await conn.select().from(operators).where(eq(operators.id, id))
  return row
}

/** Nobody else changes this operator until the transaction ends. */
export async function lockOperator(tx: Transaction, id: OperatorId): Promise<OperatorRow | undefined> {
  const [row] = await tx.select().from(operators).where(eq(operators.id, id)).for('update')
  return row
}

export async function savePassword(tx: Transaction, id: OperatorId, passwordHash: string): Promise<void> {
  await tx.update(operators).set({ passwordHash, version: sql`version + 1` }).where(eq(operators.id, id))
}

export async function saveKeys(conn: Conn, id: OperatorId, keys: KeyChoice): Promise<void> {
  await conn.update(operators).set({ keys, version: sql`version + 1` }).where(eq(operators.id, id))
}

export async function hasOperators(conn: Conn): Promise<boolean> {
  const rows = await conn.select({ id: operators.id }).from(operators).limit(1)
  return rows.length > 0
}

export async function insertSetupLink(conn: Conn, link: typeof setupLinks.$inferInsert): Promise<void> {
  await conn.insert(setupLinks).values(link)
}

/** Whether a link could still be used; the answer may be old by the time it is read. */
export async function isSetupLinkOpen(conn: Conn, tokenHash: string, at: Date): Promise<boolean> {
  const rows = await conn.select({ hash: setupLinks.tokenHash }).from(setupLinks).where(openLink(tokenHash, at))
  return rows.length > 0
}

/** Takes the link; false when it is unknown, used or old. Every link is locked first, so that two different links cannot both make a first operator. */
export async function useSetupLink(tx: Transaction, tokenHash: string, at: Date): Promise<boolean> {
  await tx.select({ hash: setupLinks.tokenHash }).from(setupLinks).orderBy(setupLinks.tokenHash).for('update')
  const [{ affectedRows }] = await tx.update(setupLinks).set({ usedAt: at }).where(openLink(tokenHash, at))
  return affectedRows === 1
}

function openLink(tokenHash: string, at: Date) {
  return and(eq(setupLinks.tokenHash, tokenHash), isNull(setupLinks.usedAt), gt(setupLinks.expiresAt, at))
}

export interface Tries {
  failures: number
  blockedUntil: Date
  lastAt: Date
}

/** The row of a throttle, locked; made on first sight. */
export async function lockTries(tx: Transaction, keyHash: string, at: Date): Promise<Tries> {
  await tx
    .insert(signInThrottles)
    .values({ keyHash, failures: 0, blockedUntil: at, lastAt: at, createdAt: at })
    .onDuplicateKeyUpdate({ set: { version: sql`version + 1` } })
  const [row] = await tx.select().from(signInThrottles).where(eq(signInThrottles.keyHash, keyHash)).for('update')
  return row ?? { failures: 0, blockedUntil: at, lastAt: at }
}

export async function saveTries(tx: Transaction, keyHash: string, tries: Tries): Promise<void> {
  await tx
    .update(signInThrottles)
    .set({ ...tries, version: sql`version + 1` })
    .where(eq(signInThrottles.keyHash, keyHash))
}

export async function forgetTries(tx: Transaction, keyHash: string): Promise<void> {
  await tx.delete(signInThrottles).where(eq(signInThrottles.keyHash, keyHash))
}
