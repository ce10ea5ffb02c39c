/*
 * What a program proves with who it is. The key is shown once; its keyed hash finds it. Every request reads the row anew,
 * so that a key that was revoked is refused by every process at its next request.
 */
import { randomBytes } from 'node:crypto'
import { countAccounts } from '#db/accounts.ts'
import {
  type ApiKeyRow,
  findApiKeyByHash,
  insertApiKey,
  listApiKeys,
  listUses,
  lockApiKey,
  replaceApiKey,
  revokeApiKey,
} from '#db/api-keys.ts'
import { appendAudit } from '#db/audit.ts'
import { type Database, inTransaction, type Transaction } from '#db/client.ts'
import { environmentIn, hintOf, isUsable, type KeyEnvironment, keyText, scopesIn } from '#src/domain/api-key.ts'
import type { AuditAction, AuditEvent } from '#src/domain/audit.ts'
import { AppError } from '#src/domain/errors.ts'
import { type AccountId, type ApiKeyId, newId, parseId } from '#src/domain/ids.ts'
import { isSameHash, keyedHash } from '#src/vault/hash.ts'
import type { Secret } from '#src/vault/secret.ts'
import { line } from './wording.ts'

export interface ApiKeyDeps {
  db: Database
  /** Keys the hashes of keys; without it the table helps nobody to guess. */
  pepper: Secret
  environment: KeyEnvironment
  now: () => Date
}

interface By {
  by: AuditEvent['actor']
}

/** Why a key was not taken; for the log, never for whoever offered it. */
export type KeyRefusal = 'malformed' | 'wrong_environment' | 'unknown' | 'revoked' | 'expired'

export type Checked = { key: ApiKeyRow } | { refused: KeyRefusal; hash: string }

const KEY_BYTES = 40
const HOUR_MS = 3_600_000
const OVERLAP_MAX_HOURS = 30 * 24

/** Everything about keys, for the console, the API and the command line. */
export function createApiKeys(deps: ApiKeyDeps) {
  return {
    check: createCheck(deps),
    create: createCreate(deps),
    list: createList(deps),
    rotate: createRotate(deps),
    revoke: createRevoke(deps),
  }
}

function createCheck({ db, pepper, environment, now }: ApiKeyDeps) {
  return async (text: string): Promise<Checked> => {
    const hash = keyedHash(pepper, text)
    const madeFor = environmentIn(text)
    if (madeFor !== environment) return { refused: madeFor ? 'wrong_environment' : 'malformed', hash }
    return judge(await findApiKeyByHash(db, hash), hash, now())
  }
}

function judge(key: ApiKeyRow | undefined, hash: string, at: Date): Checked {
  if (!key || !isSameHash(key.keyHash, hash)) return { refused: 'unknown', hash }
  if (isUsable(key, at)) return { key }
  return { refused: key.revokedAt ? 'revoked' : 'expired', hash }
}

interface NewKey {
  name: string
  scopes: readonly string[]
  /** None for all accounts. */
  accountIds?: readonly string[]
  expiresAt?: Date | undefined
}

export interface MadeKey {
  id: ApiKeyId
  /** The key itself, for this once. */
  key: string
}

function createCreate(deps: ApiKeyDeps) {
  return async ({ by, ...wish }: NewKey & By): Promise<MadeKey> => {
    const at = deps.now()
    const name = line(wish.name, 'name')
    if (name === '')
      throw new AppError('invalid_input', 'A key has a name that tells what it is for', { field: 'name' })
    if (wish.expiresAt && !(wish.expiresAt > at)) {
      throw new AppError('invalid_input', 'A key expires at a time to come', { field: 'expiresAt' })
    }
    const scopes = scopesIn(wish.scopes)
    const accountIds = await accountsIn(deps.db, wish.accountIds ?? [])
    if (accountIds && scopes.includes('audit')) {
      throw new AppError('invalid_input', 'The record tells of all accounts: leave out audit, or the accounts', {
        field: 'scopes',
      })
    }
    return inTransaction(deps.db, async (tx) => {
      const row = { name, scopes, accountIds, expiresAt: wish.expiresAt ?? null }
      const made = await insertNew(tx, deps, { row, by, at })
      const detail = { hint: made.hint, scopes: scopes.join(' '), accounts: accountIds?.join(' ') ?? null }
      await appendAudit(tx, entry('key.created', { id: made.id, by, detail, at }))
      return { id: made.id, key: made.key }
    })
  }
}

async function insertNew(
  tx: Transaction,
  { pepper, environment }: ApiKeyDeps,
  { row, by, at }: { row: Pick<ApiKeyRow, 'name' | 'scopes' | 'accountIds' | 'expiresAt'>; at: Date } & By,
): Promise<MadeKey & { hint: string }> {
  const key = keyText(environment, randomBytes(KEY_BYTES).toString('base64url'))
  const id = newId('key', at)
  const hint = hintOf(key)
  const own = { id, environment, hint, keyHash: keyedHash(pepper, key), createdBy: by.id, createdAt: at }
  await insertApiKey(tx, { ...row, ...own })
  return { id, key, hint }
}

async function accountsIn(db: Database, ids: readonly string[]): Promise<AccountId[] | null> {
  if (ids.length === 0) return null
  const accountIds = [...new Set(ids.map((id) => parseId('account', id)))]
  if ((await countAccounts(db, accountIds)) === accountIds.length) return accountIds
  throw new AppError('invalid_input', 'One of these accounts does not exist', { field: 'accountIds' })
}

/** Every key with how often it was used on which route, as far as the processes have written it down. */
function createList({ db }: ApiKeyDeps) {
  return async () => {
    const [keys, uses] = [await listApiKeys(db), await listUses(db)]
    return keys.map(({ keyHash: _hidden, ...key }) => ({
      ...key,
      uses: uses.filter(({ keyId }) => keyId === key.id).map(({ route, uses, lastAt }) => ({ route, uses, lastAt })),
    }))
  }
}

/** A new key like this one. Both work until the old one is revoked or the overlap is over. */
function createRotate(deps: ApiKeyDeps) {
  return async ({ id, overlapHours, by }: { id: ApiKeyId; overlapHours: number } & By): Promise<MadeKey> => {
    if (!(overlapHours >= 0 && overlapHours <= OVERLAP_MAX_HOURS)) {
      throw new AppError('invalid_input', 'Both keys work together for 0 to 720 hours', { field: 'overlapHours' })
    }
    return inTransaction(deps.db, async (tx) => {
      const old = await requireKey(tx, id)
      const at = deps.now()
      if (!isUsable(old, at)) throw new AppError('conflict', 'This key is over already', { field: 'status' })
      if (old.replacedBy) throw new AppError('conflict', 'This key has been replaced already', { field: 'status' })
      const { name, scopes, accountIds } = old
      const life = old.expiresAt && old.expiresAt.getTime() - old.createdAt.getTime()
      const expiresAt = life === null ? null : new Date(at.getTime() + life)
      const made = await insertNew(tx, deps, { row: { name, scopes, accountIds, expiresAt }, by, at })
      const endsAt = new Date(at.getTime() + overlapHours * HOUR_MS)
      await replaceApiKey(tx, id, { replacedBy: made.id, expiresAt: endsAt })
      await appendAudit(tx, entry('key.rotated', { id, by, detail: { newKeyId: made.id, overlapHours }, at }))
      return { id: made.id, key: made.key }
    })
  }
}

/** From the commit on no process takes it. Safe to repeat. */
function createRevoke({ db, now }: ApiKeyDeps) {
  return async ({ id, by }: { id: ApiKeyId } & By): Promise<void> => {
    await inTransaction(db, async (tx) => {
      await requireKey(tx, id)
      const at = now()
      if (await revokeApiKey(tx, id, at)) await appendAudit(tx, entry('key.revoked', { id, by, detail: {}, at }))
    })
  }
}

async function requireKey(tx: Transaction, id: ApiKeyId): Promise<ApiKeyRow> {
  const key = await lockApiKey(tx, id)
  if (!key) throw new AppError('not_found', 'There is no such key')
  return key
}

function entry(
  action: AuditAction,
  { id, by, detail, at }: { id: ApiKeyId; detail: AuditEvent['detail']; at: Date } & By,
): AuditEvent {
  return { action, actor: by, subject: { kind: 'key', id }, detail, at }
}
