import type { Database } from '#db/client.ts'
import { type AccountId, newId, type OperatorId } from '#src/domain/ids.ts'
import { createKeyring } from '#src/vault/keyring.ts'
import { Secret } from '#src/vault/secret.ts'

const BATCH = 1000
const DAY_MS = 86_400_000
let serial = 0

export interface Account {
  id: AccountId
  accountRef: string
}

/** One statement for a thousand rows; all rows have the columns of the first. */
export async function insertMany(db: Database, table: string, rows: readonly object[]): Promise<void> {
  const columns = Object.keys(rows[0] ?? {})
  for (let from = 0; from < rows.length; from += BATCH) {
    const values = rows.slice(from, from + BATCH).map((row) => Object.values(row))
    await db.$client.promise().query(`INSERT INTO ${table} (${columns.join(', ')}) VALUES ?`, [values])
  }
}

export async function anAccount(
  db: Database,
  env: Record<string, string>,
  { quietMs = 3_600_000, undoMs = 0 }: { quietMs?: number; undoMs?: number } = {},
): Promise<Account> {
  const at = new Date()
  const id = newId('account', at)
  const keyring = createKeyring(new Secret(env['APP_SECRET_KEY'] ?? ''))
  const accountRef = `178414${String(++serial).padStart(11, '0')}`
  const row = {
    id,
    platform: 'instagram',
    account_ref: accountRef,
    name: `Alpine Outfitters ${serial}`,
    voice: 'Friendly and short.',
    quiet_ms: quietMs,
    undo_ms: undoMs,
    daily_budget_micros: 1_000_000_000_000,
    sealed_token: keyring.seal(new Secret(`IGAAbench${serial}`), { owner: id, field: 'token' }),
    credential_status: 'valid',
    token_obtained_at: at,
    token_expires_at: new Date(at.getTime() + 50 * DAY_MS),
    created_at: at,
    updated_at: at,
  }
  await insertMany(db, 'accounts', [row])
  return { id, accountRef }
}

export async function anOperator(db: Database): Promise<OperatorId> {
  const at = new Date()
  const id = newId('operator', at)
  const email = `ada.${++serial}@example.com`
  await insertMany(db, 'operators', [
    { id, name: 'Ada', email, password_hash: 'none', role: 'approver', created_at: at },
  ])
  return id
}
