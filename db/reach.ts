import { type Column, eq, inArray, type SQL, sql } from 'drizzle-orm'
import { type Reach, reachOf } from '#src/domain/identity.ts'
import type { AccountId, OperatorId } from '#src/domain/ids.ts'
import type { Conn } from './client.ts'
import { operatorAccounts } from './schema/operator-accounts.ts'
import { operators } from './schema/operators.ts'

/** The accounts an operator sees at this moment; none for somebody who does not exist. */
export async function readReach(conn: Conn, id: OperatorId): Promise<Reach> {
  const rows = await conn
    .select({ role: operators.role, accountId: operatorAccounts.accountId })
    .from(operators)
    .leftJoin(operatorAccounts, eq(operatorAccounts.operatorId, operators.id))
    .where(eq(operators.id, id))
  const [first] = rows
  if (!first) return []
  const assigned = rows.flatMap(({ accountId }): AccountId[] => (accountId ? [accountId] : []))
  return reachOf(first.role, assigned)
}

/** The part of a question that leaves out whatever belongs to other accounts. */
export function within(column: Column, reach: Reach): SQL | undefined {
  if (reach === 'all') return undefined
  return reach.length === 0 ? sql`false` : inArray(column, [...reach])
}

/** A filter that asks for nothing while it has no value. */
export function equal(column: Column, value: unknown): SQL | undefined {
  return value === undefined ? undefined : eq(column, value)
}
