import { getTableColumns, or, type SQL, sql } from 'drizzle-orm'
import type { MySqlColumn, MySqlTable } from 'drizzle-orm/mysql-core'
import type { RowDataPacket } from 'mysql2'
import type { Database, Transaction } from './client.ts'

/**
 * One parameter for all rows, which the driver writes out: Drizzle, with one for each value, takes longer than the database.
 * All rows have the columns of the first.
 */
export async function insertAll<T extends MySqlTable>(
  tx: Transaction,
  table: T,
  rows: readonly T['$inferInsert'][],
  orElse = sql``,
): Promise<void> {
  const [first] = rows
  if (!first) return
  const columns = Object.entries(getTableColumns(table)).filter(([name]) => name in first)
  const names = sql.join(
    columns.map(([name]) => columnOf(name)),
    sql`, `,
  )
  const values = rows.map((row: Record<string, unknown>) =>
    columns.map(([name, column]) => (row[name] == null ? null : column.mapToDriverValue(row[name]))),
  )
  await tx.execute(sql`insert into ${table} (${names}) values ${sql.param(values)} ${orElse}`)
}

/** The assignments of an upsert that takes these columns from the new row. */
export function writtenOver(names: readonly string[]): SQL {
  return sql.join(
    names.map((name) => sql`${columnOf(name)} = values(${columnOf(name)})`),
    sql`, `,
  )
}

function columnOf(name: string) {
  return sql.identifier(name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`))
}

/** A value of its own for each row of an update; rows that are not named keep none, so name all that the update takes. */
export function byRow(id: MySqlColumn, values: readonly (readonly [string, unknown])[]): SQL {
  const cases = values.map(([row, value]) => sql`when ${row} then ${value}`)
  return sql`case ${id} ${sql.join(cases, sql` `)} end`
}

/** As `inArray`, in one parameter. */
export function isOneOf(column: MySqlColumn, values: readonly string[]): SQL {
  return sql`${column} in (${sql.param(values)})`
}

/** One condition for each account: databases find their way through lists, not through pairs. */
export function anyOf<K extends string, T>(
  rows: readonly T[],
  accountOf: (row: T) => K,
  where: (account: K, rows: T[]) => SQL | undefined,
): SQL | undefined {
  return or(...[...groupsOf(rows, accountOf)].map(([account, group]) => where(account, group)))
}

/** The rows by their key, in the order they came in. */
export function groupsOf<K, T>(rows: Iterable<T>, keyOf: (row: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  for (const row of rows) {
    const group = groups.get(keyOf(row))
    if (group) group.push(row)
    else groups.set(keyOf(row), [row])
  }
  return groups
}

/**
 * The rows of one SELECT with one parameter for each of many keys, in one statement: the way to the newest few of each. Written
 * out by hand, since Drizzle builds each part anew; columns come as the database names them.
 */
export async function selectEach(db: Database, select: string, keys: readonly string[]): Promise<RowDataPacket[]> {
  if (keys.length === 0) return []
  const parts = keys.map(() => `(${select})`)
  const [rows] = await db.$client.promise().query<RowDataPacket[]>(parts.join(' UNION ALL '), [...keys])
  return rows
}
