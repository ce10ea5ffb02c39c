import { and, type Column, eq, inArray, isNull, or, type SQL, sql } from 'drizzle-orm'
import { isWithin, type Reach, reachOf } from '#src/domain/identity.ts'
import { type AccountId, isId, type OperatorId } from '#src/domain/ids.ts'
import type { Conn } from './client.ts'
import { alerts } from './schema/alerts.ts'
import { conversations } from './schema/conversations.ts'
import { operatorAccounts } from './schema/operator-accounts.ts'
import { operators } from './schema/operators.ts'
import { outboxPosts } from './schema/outbox-posts.ts'

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

/** What concerns the whole house concerns everybody. */
export function alertsWithin(reach: Reach): SQL | undefined {
  const mine = within(alerts.accountId, reach)
  return mine && or(isNull(alerts.accountId), mine)
}

/** Whether a thing of ours belongs to an account within reach; what belongs to no account is everybody's. */
export async function isInReach(conn: Conn, id: string, reach: Reach): Promise<boolean> {
  if (reach === 'all') return true
  if (isId('account', id)) return isWithin(reach, id)
  const table = isId('conversation', id) ? conversations : isId('post', id) ? outboxPosts : undefined
  if (!table) return true
  const rows = await conn
    .select({ id: table.id })
    .from(table)
    .where(and(sql`${table.id} = ${id}`, within(table.accountId, reach)))
  return rows.length > 0
}

/** Whether an operator is kept to other accounts than this one, as part of a longer question. */
export function isKeptFrom(conn: Conn, { operatorId, accountId }: { operatorId: Column; accountId: Column }): SQL {
  const own = conn.select({ one: sql`1` }).from(operatorAccounts).where(eq(operatorAccounts.operatorId, operatorId))
  const here = conn
    .select({ one: sql`1` })
    .from(operatorAccounts)
    .where(and(eq(operatorAccounts.operatorId, operatorId), eq(operatorAccounts.accountId, accountId)))
  return sql`exists(${own}) and not exists(${here})`
}
