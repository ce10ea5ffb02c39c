/*
 * What drafting may cost an account on one UTC day. A call first reserves the most it can cost; one UPDATE both checks and
 * takes, so parallel workers cannot pass the limit together. Afterwards the reservation turns into what the call did cost.
 * A worker that dies in between leaves its reservation: the day counts it as spent, which errs on the safe side. Calls of one
 * account and day go into one UPDATE; when they do not all fit, each is tried by itself, in their order.
 */
import { and, eq, or, type SQL, sql } from 'drizzle-orm'
import type { AccountId } from '#src/domain/ids.ts'
import type { Conn } from './client.ts'
import { groupsOf } from './many.ts'
import { draftingBudgets } from './schema/drafting-budgets.ts'

interface Day {
  accountId: AccountId
  /** UTC, such as `2026-11-22`. */
  day: string
}

export interface Reservation extends Day {
  micros: number
}

interface Wish {
  accountId: AccountId
  micros: number
  budgetMicros: number
}

export interface BudgetState {
  spentMicros: number
  /** What calls under way still hold. */
  reservedMicros: number
}

const { reservedMicros, spentMicros } = draftingBudgets

/** Takes each wish out of the day's budget; undefined for one when less than that is left. */
export async function reserveBudgets<T extends Wish>(
  conn: Conn,
  wishes: readonly T[],
  at: Date,
): Promise<(Reservation | undefined)[]> {
  const day = at.toISOString().slice(0, 10)
  const granted = new Set<Wish>()
  for (const group of byDay(wishes.map((wish) => ({ ...wish, day, wish })))) {
    for (const { wish } of await reserveTogether(conn, group, at)) granted.add(wish)
  }
  return wishes.map((wish) => (granted.has(wish) ? { accountId: wish.accountId, day, micros: wish.micros } : undefined))
}

type Wished = Wish & Day

async function reserveTogether<T extends Wished>(conn: Conn, group: T[], at: Date): Promise<T[]> {
  if (await reserve(conn, group)) return group
  const [first] = group
  if (!first) return []
  await openDay(conn, first, at)
  if (await reserve(conn, group)) return group
  const granted: T[] = []
  if (group.length > 1) for (const wish of group) if (await reserve(conn, [wish])) granted.push(wish)
  return granted
}

async function reserve(conn: Conn, group: readonly Wished[]): Promise<boolean> {
  const micros = sumOf(group, (wish) => wish.micros)
  const budgetMicros = Math.min(...group.map((wish) => wish.budgetMicros))
  const [{ affectedRows }] = await conn
    .update(draftingBudgets)
    .set({ reservedMicros: sql`${reservedMicros} + ${micros}`, version: sql`version + 1` })
    .where(and(ofDays(group.slice(0, 1)), sql`${spentMicros} + ${reservedMicros} + ${micros} <= ${budgetMicros}`))
  return affectedRows === 1
}

async function openDay(conn: Conn, { accountId, day }: Day, at: Date): Promise<void> {
  await conn.insert(draftingBudgets).values({ accountId, day, createdAt: at }).onDuplicateKeyUpdate({ set: { day } })
}

/** Turns reservations into what the calls cost; answers how each one's day stands now. */
export async function settleBudgets(
  conn: Conn,
  costs: readonly { reservation: Reservation; micros: number }[],
): Promise<BudgetState[]> {
  if (costs.length === 0) return []
  const groups = byDay(costs.map(({ reservation, micros }) => ({ ...reservation, cost: micros })))
  for (const group of groups)
    await conn
      .update(draftingBudgets)
      .set({
        reservedMicros: sql`${reservedMicros} - ${sumOf(group, ({ micros }) => micros)}`,
        spentMicros: sql`${spentMicros} + ${sumOf(group, ({ cost }) => cost)}`,
        version: sql`version + 1`,
      })
      .where(ofDays(group.slice(0, 1)))
  const rows = await conn
    .select()
    .from(draftingBudgets)
    .where(ofDays(groups.flatMap((group) => group.slice(0, 1))))
  const states = new Map(rows.map((row) => [keyOf(row), row]))
  return costs.map(({ reservation, micros }) => {
    const row = states.get(keyOf(reservation))
    return { spentMicros: row?.spentMicros ?? micros, reservedMicros: row?.reservedMicros ?? 0 }
  })
}

/** Everybody takes the rows of several days in the same order, so that nobody waits in a circle. */
function byDay<T extends Day>(rows: readonly T[]): T[][] {
  return [...groupsOf(rows, keyOf)].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group)
}

function keyOf({ accountId, day }: Day): string {
  return `${accountId} ${day}`
}

function ofDays(days: readonly Day[]): SQL | undefined {
  return or(
    ...days.map(({ accountId, day }) => and(eq(draftingBudgets.accountId, accountId), eq(draftingBudgets.day, day))),
  )
}

function sumOf<T>(rows: readonly T[], micros: (row: T) => number): number {
  return rows.reduce((sum, row) => sum + micros(row), 0)
}
