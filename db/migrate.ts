/*
 * Brings a database up to date, one process at a time, under a lock that the server gives up with the connection.
 * Neither MySQL nor MariaDB can undo a CREATE or ALTER, so every statement is a step that is written down when it is done.
 * A step that failed stops everybody, by name, until a person has mended it. A step that a crash interrupted was either
 * done or not (one statement is atomic on both servers), which saying it again finds out.
 */
import { createHash } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { type Connection, createConnection, type ResultSetHeader, type RowDataPacket } from 'mysql2/promise'
import { AppError } from '#src/domain/errors.ts'
import { type Conn, errnoOf } from './client.ts'
import { type MigrationFile, migrationsFolder, readMigrations } from './migration-files.ts'
import { halfApplied, type MigrationRow, type MigrationState, pendingOf, stateOf } from './migration-plan.ts'

interface Options {
  folder?: URL
  now?: () => Date
  lockSeconds?: number
}

const NO_SUCH_TABLE = 1146
/** "Already there" and "already gone", for tables, columns, indexes and foreign keys. */
const ALREADY_DONE = [1050, 1060, 1061, 1091, 1826]
const LOCK_SECONDS = 120

const CREATE_TABLE = `CREATE TABLE IF NOT EXISTS schema_migrations (
  name VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  checksum CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  steps_total INT NOT NULL,
  steps_done INT NOT NULL,
  failed_at DATETIME(3),
  finished_at DATETIME(3),
  created_at DATETIME(3) NOT NULL
)`

/** Brings the database at `url` up to the newest migration; answers the names of those it applied. */
export function migrate(url: string, options: Options = {}): Promise<string[]> {
  const { folder = migrationsFolder, now = () => new Date(), lockSeconds = LOCK_SECONDS } = options
  return withConnection(url, async (connection) => {
    const files = await readMigrations(folder)
    await takeLock(connection, lockSeconds)
    await connection.query(CREATE_TABLE)
    const rows = await readRows(connection)
    const pending = pendingOf(files, rows)
    for (const file of pending) await apply(connection, file, { row: rows.get(file.name), now })
    return pending.map((file) => file.name)
  })
}

/** Where every migration of ours stands in the database at `url`; changes nothing. */
export function migrationStatus(url: string, { folder = migrationsFolder }: Options = {}): Promise<MigrationState[]> {
  return withConnection(url, async (connection) => {
    const rows = await readRows(connection)
    return (await readMigrations(folder)).map((file) => stateOf(file, rows.get(file.name)))
  })
}

/** Whether everything this program was built with is applied. A database that is further on is current too. */
export async function isSchemaCurrent(conn: Conn): Promise<boolean> {
  try {
    const [rows] = (await conn.execute(sql`SELECT * FROM schema_migrations`)) as unknown as [MigrationRow[]]
    const byName = new Map(rows.map((row) => [row.name, row]))
    return (await ownFiles()).every((file) => stateOf(file, byName.get(file.name)).state === 'applied')
  } catch (error) {
    if (errnoOf(error) === NO_SUCH_TABLE) return false
    throw error
  }
}

let own: Promise<MigrationFile[]> | undefined
// They do not change while a process runs, and /readyz asks often.
function ownFiles(): Promise<MigrationFile[]> {
  own ??= readMigrations()
  return own
}

async function withConnection<T>(url: string, work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await createConnection({ uri: url, timezone: 'Z', charset: 'utf8mb4_bin', connectTimeout: 5000 })
  try {
    const result = await work(connection)
    await connection.end()
    return result
  } finally {
    connection.destroy()
  }
}

/** Locks are the server's, not the database's, so the name holds the database's. */
async function takeLock(connection: Connection, seconds: number): Promise<void> {
  const [[here]] = await connection.query<RowDataPacket[]>('SELECT DATABASE() AS name')
  if (!here?.['name']) throw new AppError('invalid_input', 'The address names no database')
  const lock = `migrate:${createHash('sha256').update(String(here['name'])).digest('hex').slice(0, 40)}`
  const [[got]] = await connection.query<RowDataPacket[]>('SELECT GET_LOCK(?, ?) AS taken', [lock, seconds])
  if (Number(got?.['taken']) !== 1)
    throw new AppError('conflict', 'Another process has been migrating this database for long')
}

async function readRows(connection: Connection): Promise<Map<string, MigrationRow>> {
  try {
    const [rows] = await connection.query<MigrationRow[]>('SELECT * FROM schema_migrations')
    return new Map(rows.map((row) => [row.name, row]))
  } catch (error) {
    if (errnoOf(error) === NO_SUCH_TABLE) return new Map()
    throw error
  }
}

async function apply(
  connection: Connection,
  file: MigrationFile,
  { row, now }: { row: MigrationRow | undefined; now: () => Date },
): Promise<void> {
  if (!row) {
    const values = [file.name, file.checksum, file.statements.length, now()]
    await connection.query(
      'INSERT INTO schema_migrations (name, checksum, steps_total, steps_done, created_at) VALUES (?, ?, ?, 0, ?)',
      values,
    )
  }
  const firstStep = row?.steps_done ?? 0
  for (const [step, statement] of file.statements.entries()) {
    if (step < firstStep) continue
    await runStep(connection, statement, { mayBeDone: row !== undefined && step === firstStep }).catch(
      async (error) => {
        await update(connection, file, { failed_at: now() })
        throw halfApplied(file, step, error)
      },
    )
    await update(connection, file, { steps_done: step + 1 })
  }
  await update(connection, file, { finished_at: now() })
}

async function runStep(
  connection: Connection,
  statement: string,
  { mayBeDone }: { mayBeDone: boolean },
): Promise<void> {
  try {
    await connection.query(statement)
  } catch (error) {
    if (!mayBeDone || !ALREADY_DONE.includes(errnoOf(error) ?? 0)) throw error
  }
}

async function update(connection: Connection, file: MigrationFile, change: object): Promise<void> {
  await connection.query<ResultSetHeader>('UPDATE schema_migrations SET ? WHERE name = ?', [change, file.name])
}
