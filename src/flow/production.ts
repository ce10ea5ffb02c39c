import { listAccounts } from '#db/accounts.ts'
import { verifyAudit } from '#db/audit.ts'
import type { Database } from '#db/client.ts'
import { hasExpiry } from '#src/domain/credential.ts'

/** One item of the list that an installation goes through before it is real; `ok` is null where nobody here can tell. */
export interface ProductionAnswer {
  id: string
  ok: boolean | null
  detail: string
}

const TOKEN_DAYS_MAX = 60
const DAY_MS = 86_400_000

/** What only the database knows of the list: the record, and how old the tokens are. */
export async function examineProduction(db: Database | undefined, now: Date): Promise<ProductionAnswer[]> {
  if (!db) return ['audit_whole', 'token_ages'].map((id) => ({ id, ok: false, detail: 'DATABASE_URL is not set' }))
  return Promise.all([asked('audit_whole', () => askAudit(db)), asked('token_ages', () => askTokens(db, now))])
}

async function asked(id: string, ask: () => Promise<Omit<ProductionAnswer, 'id'>>): Promise<ProductionAnswer> {
  try {
    return { id, ...(await ask()) }
  } catch {
    return { id, ok: false, detail: 'The database does not answer' }
  }
}

async function askAudit(db: Database) {
  const found = await verifyAudit(db)
  if (found.ok) return { ok: true, detail: `The audit log is whole: ${found.entries} entries; nothing turns it off` }
  return { ok: false, detail: `The audit log was tampered with at entry ${found.seq}` }
}

/** A token without an end is renewed by nobody; its owner connects again. */
async function askTokens(db: Database, now: Date) {
  const accounts = await listAccounts(db)
  const days = ({ tokenObtainedAt }: (typeof accounts)[number]) =>
    Math.floor((now.getTime() - tokenObtainedAt.getTime()) / DAY_MS)
  const old = accounts.filter((account) => hasExpiry(account.tokenExpiresAt) && days(account) > TOKEN_DAYS_MAX)
  const oldest = Math.max(0, ...accounts.map(days))
  if (old.length === 0) return { ok: true, detail: `${accounts.length} tokens, the oldest of ${oldest} days` }
  return { ok: false, detail: `Tokens older than ${TOKEN_DAYS_MAX} days: ${old.map(({ id }) => id).join(', ')}` }
}
