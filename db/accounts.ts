import { and, asc, eq, gt, inArray, isNull, sql } from 'drizzle-orm'
import type { CredentialStatus } from '#src/domain/credential.ts'
import type { AccountId } from '#src/domain/ids.ts'
import type { Platform } from '#src/domain/platform.ts'
import type { Conn, Transaction } from './client.ts'
import { accounts } from './schema/accounts.ts'

export type Account = typeof accounts.$inferSelect
/** What makes an account; its settings start at their defaults. */
export type NewAccount = Pick<
  typeof accounts.$inferInsert,
  'id' | 'platform' | 'accountRef' | 'name' | 'sealedToken' | 'tokenObtainedAt' | 'tokenExpiresAt'
> &
  Partial<Pick<typeof accounts.$inferInsert, 'voice' | 'quietMs' | 'undoMs' | 'dailyBudgetMicros'>>

const LIST_MAX = 200
const another = sql`version + 1`

export async function readAccount(conn: Conn, id: AccountId): Promise<Account | undefined> {
  const [account] = await conn.select().from(accounts).where(eq(accounts.id, id))
  return account
}

export async function findAccount(conn: Conn, platform: Platform, accountRef: string): Promise<Account | undefined> {
  const [account] = await conn
    .select()
    .from(accounts)
    .where(and(eq(accounts.platform, platform), eq(accounts.accountRef, accountRef)))
  return account
}

/** By id; `after` is the last id of the page before. */
export function listAccounts(
  conn: Conn,
  { after, limit = LIST_MAX }: { after?: AccountId | undefined; limit?: number } = {},
) {
  return conn
    .select()
    .from(accounts)
    .where(after && gt(accounts.id, after))
    .orderBy(asc(accounts.id))
    .limit(limit)
}

/** A platform account that is already connected throws a duplicate. */
export async function insertAccount(conn: Conn, account: NewAccount, at: Date): Promise<void> {
  await conn
    .insert(accounts)
    .values({ voice: '', ...account, credentialStatus: 'valid', tokenCheckedAt: at, createdAt: at, updatedAt: at })
}

export interface FreshCredential {
  sealedToken: string
  tokenObtainedAt: Date
  tokenExpiresAt: Date
  credentialStatus: CredentialStatus
}

/** Stores a new token in place of the one it came from; false when that one has been replaced meanwhile. */
export async function replaceCredential(
  conn: Conn,
  { id, sealedToken }: Pick<Account, 'id' | 'sealedToken'>,
  fresh: FreshCredential,
  at: Date,
): Promise<boolean> {
  return change(conn, { id, sealedToken }, { ...fresh, tokenCheckedAt: at, tokenError: null }, at)
}

/** Writes down how the token was found; false when it has been replaced meanwhile. */
export async function markCredential(
  conn: Conn,
  { id, sealedToken }: Pick<Account, 'id' | 'sealedToken'>,
  found: { credentialStatus: CredentialStatus; tokenError: string | null; checkedAt: Date | null },
  at: Date,
): Promise<boolean> {
  const { credentialStatus, tokenError, checkedAt: tokenCheckedAt } = found
  const row = { credentialStatus, tokenCheckedAt, tokenError: tokenError?.slice(0, 32) ?? null }
  return change(conn, { id, sealedToken }, row, at)
}

async function change(
  conn: Conn,
  { id, sealedToken }: Pick<Account, 'id' | 'sealedToken'>,
  set: Partial<typeof accounts.$inferInsert>,
  at: Date,
): Promise<boolean> {
  const [{ affectedRows }] = await conn
    .update(accounts)
    .set({ ...set, updatedAt: at, version: another })
    .where(and(eq(accounts.id, id), eq(accounts.sealedToken, sealedToken)))
  return affectedRows === 1
}

/** Holds the account's sends; false when they are held already, whose reason then stays. */
export async function stopAccount(conn: Conn, id: AccountId, reason: string, at: Date): Promise<boolean> {
  const [{ affectedRows }] = await conn
    .update(accounts)
    .set({ stoppedAt: at, stoppedReason: reason.slice(0, 255), updatedAt: at, version: another })
    .where(and(eq(accounts.id, id), sql`stopped_at is null`))
  return affectedRows === 1
}

/** The accounts that this person connected, locked until the commit. */
export function lockOwned(tx: Transaction, ownerRef: string) {
  const { id, name, deauthorizedAt } = accounts
  return tx.select({ id, name, deauthorizedAt }).from(accounts).where(eq(accounts.ownerRef, ownerRef)).for('update')
}

interface Drop {
  reason: string
  issuedAt: Date
  /** The owner's own number goes too. */
  forget: boolean
  at: Date
}

/** The token goes, and with it every way to send. An account that was stopped before keeps its reason. */
export async function dropCredential(tx: Transaction, id: AccountId, drop: Drop): Promise<void> {
  const { reason, issuedAt, forget, at } = drop
  await tx
    .update(accounts)
    .set({
      sealedToken: '',
      credentialStatus: 'revoked',
      tokenError: 'deauthorized',
      deauthorizedAt: issuedAt,
      ...(forget && { ownerRef: null }),
      stoppedReason: sql`coalesce(stopped_reason, ${reason})`,
      stoppedAt: sql`coalesce(stopped_at, ${at})`,
      updatedAt: at,
      version: another,
    })
    .where(eq(accounts.id, id))
}

/** The first webhook since it was connected; false when there was one. */
export async function markHeard(conn: Conn, id: AccountId, at: Date): Promise<boolean> {
  const [{ affectedRows }] = await conn
    .update(accounts)
    .set({ heardAt: at, version: another })
    .where(and(eq(accounts.id, id), isNull(accounts.heardAt)))
  return affectedRows === 1
}

export type Grant = Partial<
  Pick<Account, 'ownerRef' | 'scopes' | 'dataAccessExpiresAt' | 'tokenExpiresAt' | 'subscriptionsCheckedAt' | 'heardAt'>
>

/** Writes down who gave the token, and what for; what is left out stays as it is. */
export async function saveGrant(conn: Conn, id: AccountId, grant: Grant): Promise<void> {
  if (Object.keys(grant).length === 0) return
  await conn
    .update(accounts)
    .set({ ...grant, version: another })
    .where(eq(accounts.id, id))
}

/** Writes down what the platform says it tells us of the account. */
export async function saveSubscription(conn: Conn, id: AccountId, fields: readonly string[], at: Date): Promise<void> {
  await conn
    .update(accounts)
    .set({ subscribedFields: [...fields], subscriptionsCheckedAt: at, version: another })
    .where(eq(accounts.id, id))
}

/** How many of these exist. */
export async function countAccounts(conn: Conn, ids: readonly AccountId[]): Promise<number> {
  const rows = await conn
    .select({ id: accounts.id })
    .from(accounts)
    .where(inArray(accounts.id, [...ids]))
  return rows.length
}
