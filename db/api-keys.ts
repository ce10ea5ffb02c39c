import { and, asc, desc, eq, gt, isNull, lt, or, sql } from 'drizzle-orm'
import type { ApiKeyId } from '#src/domain/ids.ts'
import type { Conn, Transaction } from './client.ts'
import { apiKeys, apiKeyUses } from './schema/api-keys.ts'

export type ApiKeyRow = typeof apiKeys.$inferSelect

const KEYS_MAX = 500
const another = sql`version + 1`

export async function insertApiKey(conn: Conn, key: typeof apiKeys.$inferInsert): Promise<void> {
  await conn.insert(apiKeys).values(key)
}

/** Whatever state the key is in; whoever asks decides what it is worth. */
export async function findApiKeyByHash(conn: Conn, keyHash: string): Promise<ApiKeyRow | undefined> {
  const [row] = await conn.select().from(apiKeys).where(eq(apiKeys.keyHash, keyHash))
  return row
}

export async function lockApiKey(tx: Transaction, id: ApiKeyId): Promise<ApiKeyRow | undefined> {
  const [row] = await tx.select().from(apiKeys).where(eq(apiKeys.id, id)).for('update')
  return row
}

/** The newest first. */
export function listApiKeys(conn: Conn): Promise<ApiKeyRow[]> {
  return conn.select().from(apiKeys).orderBy(desc(apiKeys.createdAt), desc(apiKeys.id)).limit(KEYS_MAX)
}

/** False when it had been revoked before. */
export async function revokeApiKey(tx: Transaction, id: ApiKeyId, at: Date): Promise<boolean> {
  const [{ affectedRows }] = await tx
    .update(apiKeys)
    .set({ revokedAt: at, version: another })
    .where(and(eq(apiKeys.id, id), isNull(apiKeys.revokedAt)))
  return affectedRows === 1
}

/** Names the key that takes its place and when it ends at the latest. */
export async function replaceApiKey(
  tx: Transaction,
  id: ApiKeyId,
  { replacedBy, expiresAt }: { replacedBy: ApiKeyId; expiresAt: Date },
): Promise<void> {
  await tx.update(apiKeys).set({ replacedBy, version: another }).where(eq(apiKeys.id, id))
  await tx
    .update(apiKeys)
    .set({ expiresAt })
    .where(and(eq(apiKeys.id, id), or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, expiresAt))))
}

export interface Uses {
  route: string
  uses: number
}

/** Adds what a process counted. */
export async function addUses(tx: Transaction, keyId: ApiKeyId, counted: readonly Uses[], at: Date): Promise<void> {
  for (const { route, uses } of counted) {
    await tx
      .insert(apiKeyUses)
      .values({ keyId, route, uses, lastAt: at, createdAt: at })
      .onDuplicateKeyUpdate({ set: { uses: sql`uses + ${uses}`, lastAt: sql`greatest(last_at, ${at})` } })
  }
  await tx
    .update(apiKeys)
    .set({ lastUsedAt: at })
    .where(and(eq(apiKeys.id, keyId), or(isNull(apiKeys.lastUsedAt), lt(apiKeys.lastUsedAt, at))))
}

export function listUses(conn: Conn) {
  const { keyId, route, uses, lastAt } = apiKeyUses
  return conn.select({ keyId, route, uses, lastAt }).from(apiKeyUses).orderBy(asc(keyId), asc(route))
}
