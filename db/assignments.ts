import { and, asc, eq, inArray, isNull } from 'drizzle-orm'
import type { AccountId, OperatorId } from '#src/domain/ids.ts'
import type { Conn, Transaction } from './client.ts'
import { operatorAccounts } from './schema/operator-accounts.ts'
import { operators } from './schema/operators.ts'

const OPERATORS_MAX = 500

/** Operators who can be kept to some accounts, each with those they are kept to; none means all. */
export async function listAssignable(conn: Conn) {
  const rows = await conn
    .select({ id: operators.id, name: operators.name, role: operators.role, accountId: operatorAccounts.accountId })
    .from(operators)
    .leftJoin(operatorAccounts, eq(operatorAccounts.operatorId, operators.id))
    .where(and(inArray(operators.role, ['viewer', 'approver']), isNull(operators.disabledAt)))
    .orderBy(asc(operators.name), asc(operators.id))
    .limit(OPERATORS_MAX)
  const byId = new Map<OperatorId, { id: OperatorId; name: string; role: string; accountIds: AccountId[] }>()
  for (const { accountId, ...operator } of rows) {
    const known = byId.get(operator.id) ?? { ...operator, accountIds: [] }
    if (accountId) known.accountIds.push(accountId)
    byId.set(operator.id, known)
  }
  return [...byId.values()]
}

export async function insertAssignment(tx: Transaction, row: typeof operatorAccounts.$inferInsert): Promise<void> {
  await tx.insert(operatorAccounts).values(row)
}

export async function deleteAssignment(tx: Transaction, operatorId: OperatorId, accountId: AccountId): Promise<void> {
  await tx
    .delete(operatorAccounts)
    .where(and(eq(operatorAccounts.operatorId, operatorId), eq(operatorAccounts.accountId, accountId)))
}
