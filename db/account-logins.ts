import { and, eq, gt, isNotNull, lte, notInArray, sql } from 'drizzle-orm'
import type { LoginId } from '#src/domain/ids.ts'
import type { LoginEnd, LoginStatus } from '#src/domain/login.ts'
import type { Conn, Transaction } from './client.ts'
import { accountLogins, type LoginChoice } from './schema/account-logins.ts'

export type AccountLogin = typeof accountLogins.$inferSelect
export type { LoginChoice }

const another = sql`version + 1`
/** Kept for a day, so that whoever comes back late is told what became of it. */
const KEPT_MS = 86_400_000
const over: LoginStatus[] = ['connected', 'refused']

export async function insertLogin(conn: Conn, login: typeof accountLogins.$inferInsert): Promise<void> {
  await conn.insert(accountLogins).values(login)
}

export async function readLogin(conn: Conn, id: LoginId): Promise<AccountLogin | undefined> {
  const [login] = await conn.select().from(accountLogins).where(eq(accountLogins.id, id))
  return login
}

/** By what came back from the platform, open or not; locked until the commit. */
export async function lockLoginByState(tx: Transaction, stateHash: string): Promise<AccountLogin | undefined> {
  const [login] = await tx.select().from(accountLogins).where(eq(accountLogins.stateHash, stateHash)).for('update')
  return login
}

/** Opens a printed link in a browser, once; undefined when it opens nothing. */
export async function openLoginLink(
  conn: Conn,
  linkHash: string,
  opened: { browserHash: string; stateHash: string; expiresAt: Date },
  at: Date,
): Promise<AccountLogin | undefined> {
  const [{ affectedRows }] = await conn
    .update(accountLogins)
    .set({ status: 'asked', ...opened, updatedAt: at, version: another })
    .where(
      and(eq(accountLogins.linkHash, linkHash), eq(accountLogins.status, 'linked'), gt(accountLogins.expiresAt, at)),
    )
  if (affectedRows === 0) return undefined
  const [login] = await conn.select().from(accountLogins).where(eq(accountLogins.linkHash, linkHash))
  return login
}

interface Step {
  from: LoginStatus
  to: LoginStatus
  choices?: LoginChoice[] | null
  result?: LoginEnd
  expiresAt?: Date
}

/** One step on; false when another request took it, or the time is over. */
export async function moveLogin(conn: Conn, id: LoginId, { from, to, ...set }: Step, at: Date): Promise<boolean> {
  const [{ affectedRows }] = await conn
    .update(accountLogins)
    .set({ status: to, ...set, updatedAt: at, version: another })
    .where(and(eq(accountLogins.id, id), eq(accountLogins.status, from), gt(accountLogins.expiresAt, at)))
  return affectedRows === 1
}

/** Writes down what came of it. */
export async function endLogin(conn: Conn, id: LoginId, result: LoginEnd, at: Date): Promise<void> {
  const status = result.connected.length > 0 ? 'connected' : 'refused'
  await conn
    .update(accountLogins)
    .set({ status, result, choices: null, updatedAt: at, version: another })
    .where(and(eq(accountLogins.id, id), notInArray(accountLogins.status, over)))
}

/** Erases the tokens of choices that nobody made in time, and what is long over. */
export async function clearLogins(conn: Conn, at: Date): Promise<void> {
  await conn
    .update(accountLogins)
    .set({ choices: null, updatedAt: at, version: another })
    .where(and(lte(accountLogins.expiresAt, at), isNotNull(accountLogins.choices)))
  await conn.delete(accountLogins).where(lte(accountLogins.expiresAt, new Date(at.getTime() - KEPT_MS)))
}
