import { randomBytes } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise'
import { onTestFinished } from 'vitest'
import { SERVER_URL } from './stores.ts'

/** An empty database of its own, with a plain connection to look into it. */
export async function anEmptyDatabase(): Promise<{ url: string; ask: (sql: string) => Promise<RowDataPacket[]> }> {
  const name = `t_${randomBytes(6).toString('hex')}`
  const server = await createConnection(SERVER_URL)
  await server.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`)
  const url = new URL(SERVER_URL)
  url.pathname = `/${name}`
  const connection = await createConnection({ uri: url.href, timezone: 'Z' })
  onTestFinished(async () => {
    await connection.end()
    await server.query(`DROP DATABASE ${name}`)
    await server.end()
  })
  return { url: url.href, ask: (sql) => rowsOf(connection, sql) }
}

async function rowsOf(connection: Connection, sql: string): Promise<RowDataPacket[]> {
  const [rows] = await connection.query<RowDataPacket[]>(sql)
  return rows
}

/** A folder of migrations: file name to statements. */
export function aMigrationsFolder(files: Record<string, string[]>): {
  folder: URL
  write: (name: string, statements: string[]) => void
} {
  const folder = mkdtempSync(path.join(tmpdir(), 'migrations-'))
  const write = (name: string, statements: string[]) =>
    writeFileSync(path.join(folder, name), statements.join('\n--> statement-breakpoint\n'))
  for (const [name, statements] of Object.entries(files)) write(name, statements)
  onTestFinished(() => rm(folder, { recursive: true }))
  return { folder: pathToFileURL(`${folder}/`), write }
}
