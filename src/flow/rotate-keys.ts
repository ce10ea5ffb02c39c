/*
 * Gives everything that is sealed to the first key. Each batch is a transaction with its audit entry, and a value is written
 * only over the one it was made from; so this may be killed at any instant, run twice at once, and run beside everybody who
 * stores new tokens. What is under the first key already is passed over: running it again goes on where it ended.
 */
import { appendAudit } from '#db/audit.ts'
import { type Database, inTransaction, type Transaction } from '#db/client.ts'
import {
  listSealed,
  replaceSealed,
  type SealedColumn,
  type SealedRow,
  type SealedValue,
  sealedColumns,
} from '#db/sealed.ts'
import { AppError } from '#src/domain/errors.ts'
import type { Keyring } from '#src/vault/keyring.ts'
import type { Secret } from '#src/vault/secret.ts'

interface RotateDeps {
  db: Database
  keyring: Keyring
  now: () => Date
  batchRows?: number
}

export interface KeyUse {
  column: string
  /** Null for values that none of the keys opens in their place. */
  key: string | null
  values: number
  /** Some of the rows that nobody can open. */
  rows: string[]
}

export interface Batch {
  column: string
  seen: number
  resealed: number
}

const BATCH_ROWS = 100
const ROWS_SHOWN = 5

export function createRotateKeys(deps: RotateDeps) {
  return {
    /** Seals anew, batch by batch, what is not under the first key. */
    async rotate(onBatch: (batch: Batch) => void): Promise<void> {
      for await (const page of pages(deps)) {
        const resealed = await inTransaction(deps.db, (tx) => rotatePage(tx, page, deps))
        onBatch({ column: page.column.name, seen: page.rows.length, resealed })
      }
    },

    /** How many values there are under each key. */
    async status(): Promise<KeyUse[]> {
      const uses = new Map<string, KeyUse>()
      for await (const { column, rows } of pages(deps)) {
        for (const row of rows) for (const value of row.values) count(uses, column, row, keyFor(deps, value))
      }
      return [...uses.values()]
    },
  }
}

interface Page {
  column: SealedColumn
  rows: SealedRow[]
}

/** Everything that is sealed, column by column. */
async function* pages({ db, batchRows = BATCH_ROWS }: RotateDeps): AsyncGenerator<Page> {
  for (const column of sealedColumns) {
    let rows: SealedRow[] = []
    do {
      rows = await listSealed(db, column, { after: rows.at(-1)?.id, limit: batchRows })
      if (rows.length > 0) yield { column, rows }
    } while (rows.length === batchRows)
  }
}

async function rotatePage(tx: Transaction, { column, rows }: Page, deps: RotateDeps): Promise<number> {
  let resealed = 0
  for (const row of rows) {
    const fresh = row.values.map((value) => sealedAnew(deps, value))
    const isOld = row.values.some(({ sealed }, i) => sealed !== fresh[i])
    if (isOld && (await replaceSealed(tx, column, row, fresh))) resealed += 1
  }
  if (resealed > 0) {
    await appendAudit(tx, {
      action: 'keys.rotated',
      actor: { kind: 'process', id: 'cli' },
      subject: { kind: 'key', id: deps.keyring.keyIds[0] ?? '' },
      detail: { column: column.name, rows: resealed },
      at: deps.now(),
    })
  }
  return resealed
}

/** What nobody can open stays as it is, and keeps nothing beside it from being sealed anew. */
function sealedAnew({ keyring }: RotateDeps, value: SealedValue): string {
  const opened = opening(keyring, value)
  if (!opened || opened.key === keyring.keyIds[0]) return value.sealed
  return keyring.seal(opened.secret, value)
}

function keyFor({ keyring }: RotateDeps, value: SealedValue): string | null {
  return opening(keyring, value)?.key ?? null
}

function opening(keyring: Keyring, value: SealedValue): { secret: Secret; key: string } | undefined {
  const key = keyring.keyIdOf(value.sealed)
  if (key === undefined) return undefined
  try {
    return { secret: keyring.open(value.sealed, value), key }
  } catch (error) {
    // Sealed for another row or field.
    if (AppError.from(error).code === 'credential_rejected') return undefined
    throw error
  }
}

function count(uses: Map<string, KeyUse>, column: SealedColumn, row: SealedRow, key: string | null): void {
  const name = `${column.name} ${key}`
  const use = uses.get(name) ?? { column: column.name, key, values: 0, rows: [] }
  use.values += 1
  if (key === null && use.rows.length < ROWS_SHOWN) use.rows.push(row.id)
  uses.set(name, use)
}
