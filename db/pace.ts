import { and, desc, eq, gt } from 'drizzle-orm'
import type { OperatorId } from '#src/domain/ids.ts'
import type { Conn } from './client.ts'
import { reviewDecisions } from './schema/review-decisions.ts'

/** When this operator approved lately, newest first. */
export async function listApprovalsOf(conn: Conn, id: OperatorId, since: Date, limit: number): Promise<Date[]> {
  const { operatorId, createdAt, verdict } = reviewDecisions
  const rows = await conn
    .select({ createdAt })
    .from(reviewDecisions)
    .where(and(eq(operatorId, id), gt(createdAt, since), eq(verdict, 'approve')))
    .orderBy(desc(createdAt))
    .limit(limit)
  return rows.map((row) => row.createdAt)
}
