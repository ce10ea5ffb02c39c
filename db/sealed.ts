import { and, asc, eq, gt, isNotNull, ne, type SQL, sql } from 'drizzle-orm'
import type { MySqlColumn, MySqlTable } from 'drizzle-orm/mysql-core'
import type { Conn, Transaction } from './client.ts'
import { accountLogins, type LoginChoice } from './schema/account-logins.ts'
import { accounts } from './schema/accounts.ts'
import { operators } from './schema/operators.ts'
import { passkeys } from './schema/passkeys.ts'

/** A sealed value, and the place to which it is bound. */
export interface SealedValue {
  owner: string
  field: string
  sealed: string
}

/** What one column of one row holds. */
export interface SealedRow {
  id: string
  stored: unknown
  values: SealedValue[]
}

export interface SealedColumn {
  name: string
  table: MySqlTable
  id: MySqlColumn
  column: MySqlColumn
  valuesIn(id: string, stored: unknown): SealedValue[]
  /** The same with other sealed values, in the order of `valuesIn`. */
  withValues(stored: unknown, sealed: readonly string[]): unknown
}

type Place = Pick<SealedColumn, 'name' | 'table' | 'id' | 'column'>

/** Every column that holds something sealed: what is missing here is lost with the key that sealed it. */
export const sealedColumns: readonly SealedColumn[] = [
  value('token', {
    name: 'accounts.sealed_token',
    table: accounts,
    id: accounts.id,
    column: accounts.sealedToken,
  }),
  value('totp_seed', {
    name: 'operators.totp_seed',
    table: operators,
    id: operators.id,
    column: operators.totpSeed,
  }),
  value('passkey', {
    name: 'passkeys.sealed_key',
    table: passkeys,
    id: passkeys.id,
    column: passkeys.sealedKey,
  }),
  {
    name: 'account_logins.choices',
    table: accountLogins,
    id: accountLogins.id,
    column: accountLogins.choices,
    valuesIn: (owner, stored) =>
      (stored as LoginChoice[]).map(({ accountRef, sealedToken }) => ({
        owner,
        field: `choice ${accountRef}`,
        sealed: sealedToken,
      })),
    withValues: (stored, sealed) =>
      (stored as LoginChoice[]).map((choice, i) => ({ ...choice, sealedToken: sealed[i] ?? choice.sealedToken })),
  },
]

/** A column that is one sealed value, bound to its row and to this field; empty or null where there is none. */
function value(field: string, place: Place): SealedColumn {
  return {
    ...place,
    valuesIn: (owner, stored) => [{ owner, field, sealed: String(stored) }],
    withValues: (_, [sealed]) => sealed,
  }
}

/** By id; `after` is the last id of the page before. */
export async function listSealed(
  conn: Conn,
  { table, id, column, valuesIn }: SealedColumn,
  { after, limit }: { after: string | undefined; limit: number },
): Promise<SealedRow[]> {
  const isHeld: SQL | undefined = and(isNotNull(column), ne(sql`${column}`, ''))
  const rows = await conn
    .select({ id: sql<string>`${id}`, stored: column })
    .from(table)
    .where(and(isHeld, after === undefined ? undefined : gt(id, after)))
    .orderBy(asc(id))
    .limit(limit)
  return rows.map((row) => ({ ...row, values: valuesIn(row.id, row.stored) }))
}

/** Stores the same values sealed anew; false when something else stands there by now. */
export async function replaceSealed(
  tx: Transaction,
  { table, id, column, withValues }: SealedColumn,
  row: SealedRow,
  sealed: readonly string[],
): Promise<boolean> {
  const fresh = sql.param(withValues(row.stored, sealed), column)
  const [{ affectedRows }] = await tx.execute(
    sql`update ${table} set ${column} = ${fresh}, version = version + 1 where ${and(eq(id, row.id), eq(column, row.stored))}`,
  )
  return affectedRows === 1
}
