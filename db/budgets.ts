/*
 * What drafting may cost an account on one UTC day. A call first reserves the most it can cost; one UPDATE both checks and
 * takes, so parallel workers cannot pass the limit together. Afterwards the reservation turns into what the call did cost.
 * A worker that dies in between leaves its reservation: the day counts it as spent, which errs on the safe side.
 */
import { and, eq, sql } from 'drizzle-orm'
import type { AccountId } from '#src/domain/ids.ts'
import { type Conn, isDuplicate } from './client.ts'
import { draftingBudgets } from './schema/drafting-budgets.ts'

export interface Reservation {
  accountId: AccountId
  /** UTC, such as `2026-11-22`. */
  day: string
  micros: number
}

/** Takes `micros` out of the day's budget; undefined when less than that is left. */
export async function reserveBudget(
  conn: Conn,
  { accountId, micros, budgetMicros, at }: Omit<Reservation, 'day'> & { budgetMicros: number; at: Date },
): Promise<Reservation | undefined> {
  const reservation = { accountId, day: at.toISOString().slice(0, 10), micros }
  if (await reserve(conn, reservation, budgetMicros)) return reservation
  await openDay(conn, reservation, at)
  return (await reserve(conn, reservation, budgetMicros)) ? reservation : undefined
}

async function reserve(conn: Conn, reservation: Reservation, budgetMicros: number): Promise<boolean> {
  const { reservedMicros, spentMicros } = draftingBudgets
  const [{ affectedRows }] = await conn
    .update(draftingBudgets)
    .set({ reservedMicros: sql`${reservedMicros} + ${reservation.micros}`, version: sql`version + 1` })
    .where(and(ofDay(reservation), sql`${spentMicros} + ${reservedMicros} + ${reservation.micros} <= ${budgetMicros}`))
  return affectedRows === 1
}

async function openDay(conn: Conn, { accountId, day }: Reservation, at: Date): Promise<void> {
  try {
    await conn.insert(draftingBudgets).values({ accountId, day, createdAt: at })
  } catch (error) {
    if (!isDuplicate(error)) throw error
  }
}

/** Turns a reservation into what the call cost; answers what the day has spent, and what calls under way still hold. */
export async function settleBudget(
  conn: Conn,
  reservation: Reservation,
  costMicros: number,
): Promise<{ spentMicros: number; reservedMicros: number }> {
  const { reservedMicros, spentMicros } = draftingBudgets
  await conn
    .update(draftingBudgets)
    .set({
      reservedMicros: sql`${reservedMicros} - ${reservation.micros}`,
      spentMicros: sql`${spentMicros} + ${costMicros}`,
      version: sql`version + 1`,
    })
    .where(ofDay(reservation))
  const [row] = await conn.select({ spentMicros, reservedMicros }).from(draftingBudgets).where(ofDay(reservation))
  return row ?? { spentMicros: costMicros, reservedMicros: 0 }
}

function ofDay({ accountId, day }: Reservation) {
  return and(eq(draftingBudgets.accountId, accountId), eq(draftingBudgets.day, day))
}
