/* Who is there before the traffic starts: connected accounts with short times, and operators with a password. */

import { insertOperator } from '#db/operators.ts'
import { accounts } from '#db/schema/accounts.ts'
import { NO_EXPIRY } from '#src/domain/credential.ts'
import { type AccountId, newId, type OperatorId } from '#src/domain/ids.ts'
import { createKeyring } from '#src/vault/keyring.ts'
import { hashPassword } from '#src/vault/passwords.ts'
import { Secret } from '#src/vault/secret.ts'
import type { SandboxAccount } from './platform.ts'
import type { Site } from './site.ts'

export interface Account {
  id: AccountId
  accountRef: string
  name: string
  platform: SandboxAccount['platform']
}

export interface Person {
  id: OperatorId
  email: string
}

const QUIET_MS = 700
/** Long enough to be taken back, and for a row to be edited in the meantime. */
const UNDO_MS = 2000

export async function connectAccounts(site: Site, found: SandboxAccount[]): Promise<Account[]> {
  const keyring = createKeyring(new Secret(site.env['APP_SECRET_KEY'] ?? ''))
  const at = new Date()
  const made = found.map(({ accountRef, name, platform, token, expiresInSeconds }) => {
    const id = newId('account', at)
    const sealedToken = keyring.seal(new Secret(token), { owner: id, field: 'token' })
    const tokenExpiresAt = expiresInSeconds === null ? NO_EXPIRY : new Date(at.getTime() + expiresInSeconds * 1000)
    return { id, accountRef, name, platform, sealedToken, tokenExpiresAt }
  })
  const shared = {
    voice: 'Friendly and brief.',
    quietMs: QUIET_MS,
    undoMs: UNDO_MS,
    dailyBudgetMicros: 1_000_000_000_000,
    credentialStatus: 'valid' as const,
  }
  const times = { tokenObtainedAt: at, createdAt: at, updatedAt: at }
  await site.db.insert(accounts).values(made.map((one) => ({ ...shared, ...one, ...times })))
  return made
}

/** Three people who may decide; they share the password, which is all that is needed here. */
export async function hireOperators(site: Site, names: string[], password: string): Promise<Person[]> {
  const passwordHash = await hashPassword(password, new Secret(site.env['SESSION_SECRET'] ?? ''))
  const at = new Date()
  const people = names.map((name) => ({ id: newId('operator', at), email: `${name.toLowerCase()}@example.com`, name }))
  for (const { id, email, name } of people)
    await insertOperator(site.db, { id, name, email, passwordHash, role: 'approver', createdAt: at })
  return people
}
