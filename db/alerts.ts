import { eq, sql } from 'drizzle-orm'
import { type AccountId, newId } from '#src/domain/ids.ts'
import type { Conn } from './client.ts'
import { isOneOf } from './many.ts'
import { type alertKinds, alerts } from './schema/alerts.ts'

export type AlertKind = (typeof alertKinds)[number]

interface Alert {
  kind: AlertKind
  /** What it is about: an account, a post. One alert of a kind is open per subject. */
  subject: string
  severity: 'info' | 'warning' | 'critical'
  accountId?: AccountId
  /** For an operator; no secret and no customer text. */
  text: string
  at: Date
}

/** Opens an alert, or counts the open one up and brings its words up to date. */
export async function raiseAlert(conn: Conn, { kind, subject, severity, accountId, text, at }: Alert): Promise<void> {
  await conn
    .insert(alerts)
    .values({
      id: newId('alert', at),
      openKey: `${kind}:${subject}`,
      kind,
      severity,
      accountId: accountId ?? null,
      text: text.slice(0, 255),
      lastAt: at,
      createdAt: at,
    })
    .onDuplicateKeyUpdate({
      set: { count: sql`count + 1`, version: sql`version + 1`, severity, text: text.slice(0, 255), lastAt: at },
    })
}

/** Closes the open alert of this kind about this subject, if there is one. */
export async function resolveAlert(conn: Conn, kind: AlertKind, subject: string, at: Date): Promise<void> {
  await conn
    .update(alerts)
    .set({ openKey: null, resolvedAt: at, version: sql`version + 1` })
    .where(eq(alerts.openKey, `${kind}:${subject}`))
}

/** The words of the alerts among these that are open, by kind and subject. */
export async function findOpenAlerts(conn: Conn, keys: readonly string[]): Promise<Map<string, string>> {
  if (keys.length === 0) return new Map()
  const { openKey, text } = alerts
  const rows = await conn.select({ openKey, text }).from(alerts).where(isOneOf(openKey, keys))
  return new Map(rows.map((row) => [row.openKey ?? '', row.text]))
}
