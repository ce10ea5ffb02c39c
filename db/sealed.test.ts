import { readdirSync, readFileSync } from 'node:fs'
import { getTableColumns, getTableName, is } from 'drizzle-orm'
import { MySqlTable } from 'drizzle-orm/mysql-core'
import { expect, it } from 'vitest'
import { accounts } from './schema/accounts.ts'
import { sealedColumns } from './sealed.ts'

const folder = new URL('./schema/', import.meta.url)
const files = readdirSync(folder).filter((name) => name !== 'columns.ts')
const sealedType = accounts.sealedToken.getSQLType()
const inDatabase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
const listed = sealedColumns.map(({ name }) => name)

async function tablesIn(file: string): Promise<MySqlTable[]> {
  const found: object = await import(`./schema/${file.replace(/\.ts$/, '')}.ts`)
  return Object.values(found).filter((value): value is MySqlTable => is(value, MySqlTable))
}

it('the list of what is sealed has every sealed column of the schema', async () => {
  const tables = (await Promise.all(files.map(tablesIn))).flat()
  const present = tables.flatMap((table) =>
    Object.entries(getTableColumns(table))
      .filter(([name, column]) => column.getSQLType() === sealedType || /^sealed/i.test(name))
      .map(([name]) => `${getTableName(table)}.${inDatabase(name)}`),
  )
  expect(present).toContain('accounts.sealed_token')
  expect(listed).toEqual(expect.arrayContaining(present))
})

it('the list of what is sealed has a column of every table whose file speaks of something sealed', async () => {
  const speaking = files.filter((file) => /sealed/i.test(readFileSync(new URL(file, folder), 'utf8')))
  expect(speaking).toContain('account-logins.ts')
  for (const file of speaking) {
    const names = (await tablesIn(file)).map((table) => `${getTableName(table)}.`)
    expect(
      listed.some((column) => names.some((name) => column.startsWith(name))),
      file,
    ).toBe(true)
  }
})

it('names each column as the database does', () => {
  for (const { name, table, column } of sealedColumns)
    expect(name).toBe(`${getTableName(table)}.${inDatabase(column.name)}`)
})
