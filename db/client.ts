import type { Socket } from 'node:net'
import { drizzle, type MySql2Database } from 'drizzle-orm/mysql2'
import { createPool, type Pool } from 'mysql2'

export type Database = MySql2Database & { $client: Pool }
export type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0]
/** A repository runs the same inside a transaction and outside. */
export type Conn = Database | Transaction

interface Connection {
  db: Database
  close(): Promise<void>
}

const DUPLICATE = 1062
const DEADLOCK = 1213
const LOCK_WAIT = 1205
const SNAPSHOT_CONFLICT = 1020
/** Refused for what was to be written. https://mariadb.com/kb/en/mariadb-error-code-reference/ */
const REFUSED = [1048, 1264, 1265, 1292, 1366, 1406]
const UNDONE = [DUPLICATE, DEADLOCK, LOCK_WAIT, SNAPSHOT_CONFLICT, ...REFUSED]
const TRIES_MAX = 5

/** No statement of ours is silent for so long: a lock is waited for 5 s at most. */
const SILENT_MS = 30_000

/**
 * Opens the pool. `url` carries a password: pass it straight from a `Secret`. A connection on which nothing has come for
 * `silentMs` is given up, so a network that swallows everything holds up nobody for longer.
 */
export function connect(url: string, { connectionLimit = 10, silentMs = SILENT_MS } = {}): Connection {
  const pool = createPool({
    uri: url,
    connectionLimit,
    queueLimit: 2000,
    connectTimeout: 5000,
    enableKeepAlive: true,
    // A stack for each statement in case it fails costs more than the statement's text; no log shows it.
    trace: false,
    supportBigNumbers: true,
    // Every BIGINT of ours is a counter under 2^53; ids of platforms are text.
    bigNumberStrings: false,
    timezone: 'Z',
    charset: 'utf8mb4_bin',
  })
  pool.on('connection', (connection) => {
    const { stream } = connection as unknown as { stream: Socket }
    stream.setTimeout(silentMs, () => stream.destroy(new Error('The database is silent')))
    connection.query("SET time_zone = '+00:00', SESSION innodb_lock_wait_timeout = 5")
    connection.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED')
  })
  const db = drizzle(pool, { casing: 'snake_case' }) as Database
  return { db, close: () => pool.promise().end() }
}

/** Runs `work` in one transaction; starts it again when the database chose it as the victim of a deadlock. */
export async function inTransaction<T>(db: Database, work: (tx: Transaction) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await db.transaction(work)
    } catch (error) {
      const again = [DEADLOCK, LOCK_WAIT, SNAPSHOT_CONFLICT].includes(errnoOf(error) ?? 0)
      if (!again || tries >= TRIES_MAX) throw error
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * tries))
    }
  }
}

/** True when a unique index refused the row. */
export function isDuplicate(error: unknown): boolean {
  return errnoOf(error) === DUPLICATE
}

/** True when the server refused a statement, so that nothing of the transaction was done. After a lost connection nobody knows. */
export function isUndone(error: unknown): boolean {
  return UNDONE.includes(errnoOf(error) ?? 0)
}

/** The server's error number; drivers name MariaDB's own errors wrongly, so nothing else is compared. */
export function errnoOf(error: unknown): number | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('errno' in at && typeof at.errno === 'number') return at.errno
  }
  return undefined
}
