import { and, eq, isNull, or, sql } from 'drizzle-orm'
import type { OperatorId } from '#src/domain/ids.ts'
import type { Conn, Transaction } from './client.ts'
import { operators } from './schema/operators.ts'

type OperatorRow = typeof operators.$inferSelect

/** The operator whom another service knows by this name; else the one with this address whom no service knows yet. */
export async function findVouched(
  conn: Conn,
  { subject, email }: { subject: string; email: string },
): Promise<OperatorRow | undefined> {
  const unclaimed = and(eq(operators.email, email), isNull(operators.subjectRef))
  const rows = await conn
    .select()
    .from(operators)
    .where(or(eq(operators.subjectRef, subject), unclaimed))
  return rows.find(({ subjectRef }) => subjectRef === subject) ?? rows[0]
}

/** What the other service says of somebody stands from now on. */
export async function saveVouched(
  tx: Transaction,
  id: OperatorId,
  said: Pick<OperatorRow, 'name' | 'email' | 'role' | 'subjectRef'>,
): Promise<void> {
  await tx
    .update(operators)
    .set({ ...said, version: sql`version + 1` })
    .where(eq(operators.id, id))
}
