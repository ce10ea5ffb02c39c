import { and, desc, eq, gt, isNull, like, or, sql } from 'drizzle-orm'
import type { AccountId } from '#src/domain/ids.ts'
import type { EndpointClass } from '#src/domain/limit.ts'
import type { Platform } from '#src/domain/platform.ts'
import { type Conn, isDuplicate } from './client.ts'
import { accounts } from './schema/accounts.ts'
import { alerts } from './schema/alerts.ts'
import { pauses } from './schema/pauses.ts'

export type KeptPause = Omit<typeof pauses.$inferSelect, 'version' | 'createdAt' | 'updatedAt'>

const another = sql`version + 1`

/** Keeps a pause; one that is to last longer already stays as it is. True when this one ends later than what was known. */
export async function savePause(conn: Conn, pause: KeptPause, at: Date): Promise<boolean> {
  const { pauseKey, until, code } = pause
  const moveForward = () =>
    conn
      .update(pauses)
      .set({ until, code, updatedAt: at, version: another })
      .where(and(eq(pauses.pauseKey, pauseKey), sql`${pauses.until} < ${until}`))
  const [moved] = await moveForward()
  if (moved.affectedRows === 1) return true
  const made = await insertPause(conn, pause, at)
  // Somebody else made the row between the two, perhaps with an earlier end.
  return made || (await moveForward())[0].affectedRows === 1
}

async function insertPause(conn: Conn, pause: KeptPause, at: Date): Promise<boolean> {
  try {
    await conn.insert(pauses).values({ ...pause, createdAt: at, updatedAt: at })
    return true
  } catch (error) {
    if (isDuplicate(error)) return false
    throw error
  }
}

/** What waits at this moment, with the name of its account; the longest first. */
export function listPauses(conn: Conn, at: Date, limit: number) {
  return conn
    .select({
      pauseKey: pauses.pauseKey,
      platform: pauses.platform,
      accountId: pauses.accountId,
      accountName: accounts.name,
      scope: pauses.scope,
      only: pauses.only,
      until: pauses.until,
      code: pauses.code,
    })
    .from(pauses)
    .leftJoin(accounts, eq(accounts.id, pauses.accountId))
    .where(gt(pauses.until, at))
    .orderBy(desc(pauses.until), desc(pauses.pauseKey))
    .limit(limit)
}

/** When this account may make calls of this class again; undefined when it may now. */
export async function findPause(
  conn: Conn,
  call: { platform: Platform; accountId: AccountId; endpointClass: EndpointClass },
  at: Date,
): Promise<Date | undefined> {
  const [longest] = await conn
    .select({ until: pauses.until })
    .from(pauses)
    .where(
      and(
        gt(pauses.until, at),
        eq(pauses.platform, call.platform),
        or(isNull(pauses.accountId), eq(pauses.accountId, call.accountId)),
        or(isNull(pauses.only), eq(pauses.only, call.endpointClass)),
      ),
    )
    .orderBy(desc(pauses.until))
    .limit(1)
  return longest?.until
}

/** Closes the alerts of pauses that are over; answers how many. */
export async function endPauseAlerts(conn: Conn, at: Date): Promise<number> {
  const key = sql`concat('platform_pause:', ${pauses.pauseKey})`
  const [{ affectedRows }] = await conn
    .update(alerts)
    .set({ openKey: null, resolvedAt: at, version: another })
    .where(
      and(
        like(alerts.openKey, 'platform_pause:%'),
        sql`not exists (select 1 from ${pauses} where ${key} = ${alerts.openKey} and ${pauses.until} > ${at})`,
      ),
    )
  return affectedRows
}
