import { type Account, findAccount, insertAccount, readAccount, replaceCredential, saveGrant } from '#db/accounts.ts'
import { resolveAlert } from '#db/alerts.ts'
import { appendAudit } from '#db/audit.ts'
import { type Database, inTransaction, isDuplicate, type Transaction } from '#db/client.ts'
import type { AuditAction, AuditEvent } from '#src/domain/audit.ts'
import { credentialStatus } from '#src/domain/credential.ts'
import { AppError } from '#src/domain/errors.ts'
import { type AccountId, newId } from '#src/domain/ids.ts'
import type { Platform } from '#src/domain/platform.ts'
import type { Keyring } from '#src/vault/keyring.ts'
import type { Secret } from '#src/vault/secret.ts'
import { tellEnds, tellScopes } from './credential-alerts.ts'

interface ConnectDeps {
  db: Database
  keyring: Keyring
  now: () => Date
}

export interface NewConnection {
  platform: Platform
  accountRef: string
  name: string
  /** Its owner, by the number that the app knows them under. */
  ownerRef?: string
  token: Secret
  expiresAt: Date
  /** What its owner allowed, where the platform said so. */
  scopes?: string[] | undefined
  dataAccessExpiresAt?: Date | undefined
  /** Who connects it, for the audit log. */
  by: AuditEvent['actor']
}

export interface Connected {
  accountId: AccountId
  /** False when the account was there and has a new token now. */
  isNew: boolean
}

/** What a new token puts right. */
const settled = [
  'token_refused',
  'token_expiring',
  'data_access_expiring',
  'scope_missing',
  'subscription_refused',
  'account_deauthorized',
] as const

/** Connects an account, or gives a connected one a new token; everything it had stays. */
export function createConnect({ db, keyring, now }: ConnectDeps) {
  return async (connection: NewConnection): Promise<Connected> => {
    try {
      return await inTransaction(db, (tx) => connectIn(tx, connection, { keyring, at: now() }))
    } catch (error) {
      if (!isDuplicate(error)) throw error
      throw new AppError('conflict', 'Somebody else is connecting this account right now', { cause: error })
    }
  }
}

interface Moment {
  keyring: Keyring
  at: Date
}

async function connectIn(tx: Transaction, connection: NewConnection, moment: Moment): Promise<Connected> {
  const { platform, accountRef } = connection
  const present = await findAccount(tx, platform, accountRef)
  const accountId = present?.id ?? newId('account', moment.at)
  if (present) await reconnect(tx, present, connection, moment)
  else await insert(tx, accountId, connection, moment)
  const { ownerRef, scopes = null, dataAccessExpiresAt = null } = connection
  // What an earlier token allowed says nothing about this one; whether webhooks come has to show anew.
  const unseen = { subscriptionsCheckedAt: null, heardAt: null }
  await saveGrant(tx, accountId, { scopes, dataAccessExpiresAt, ...unseen, ...(ownerRef && { ownerRef }) })
  await tellTrouble(tx, accountId, moment.at)
  const action: AuditAction = present ? 'credential.renewed' : 'account.added'
  await appendAudit(tx, {
    action,
    actor: connection.by,
    subject: { kind: 'account', id: accountId },
    detail: { platform, accountRef, expiresAt: connection.expiresAt.toISOString() },
    at: moment.at,
  })
  return { accountId, isNew: !present }
}

/** What is amiss from the start is told at once: nobody may look at the account's page before the schedule does. */
async function tellTrouble(tx: Transaction, id: AccountId, at: Date): Promise<void> {
  const after = await readAccount(tx, id)
  if (!after) return
  const seen = { before: { ...after, scopes: null, tokenCheckedAt: null }, after, at }
  await tellScopes(tx, seen)
  await tellEnds(tx, seen)
}

async function insert(
  tx: Transaction,
  id: AccountId,
  connection: NewConnection,
  { keyring, at }: Moment,
): Promise<void> {
  const { platform, accountRef, name, token, expiresAt } = connection
  const sealedToken = keyring.seal(token, { owner: id, field: 'token' })
  await insertAccount(
    tx,
    { id, platform, accountRef, name, sealedToken, tokenObtainedAt: at, tokenExpiresAt: expiresAt },
    at,
  )
}

async function reconnect(
  tx: Transaction,
  present: Account,
  connection: NewConnection,
  { keyring, at }: Moment,
): Promise<void> {
  const { token, expiresAt } = connection
  const fresh = {
    sealedToken: keyring.seal(token, { owner: present.id, field: 'token' }),
    tokenObtainedAt: at,
    tokenExpiresAt: expiresAt,
    credentialStatus: credentialStatus({ obtainedAt: at, expiresAt, revoked: false }, at),
  }
  if (!(await replaceCredential(tx, present, fresh, at))) {
    throw new AppError('conflict', 'The token of this account was replaced at the same moment')
  }
  for (const kind of settled) await resolveAlert(tx, kind, present.id, at)
}
