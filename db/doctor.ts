import { and, count, desc, eq, gt, inArray, isNotNull, sql } from 'drizzle-orm'
import type { RowDataPacket } from 'mysql2'
import type { DatabaseFacts } from '#src/domain/store-exam.ts'
import type { Conn } from './client.ts'
import { alerts } from './schema/alerts.ts'
import { inboundEvents } from './schema/inbound-events.ts'
import { switches } from './schema/switches.ts'
import { webhookDeliveries } from './schema/webhook-deliveries.ts'

/** What the server and this database are set to, and the server's clock. */
export async function readDatabaseFacts(conn: Conn): Promise<DatabaseFacts & { at: Date }> {
  const [[row]] = (await conn.execute(sql`
    SELECT VERSION() AS version, @@character_set_database AS charset, @@max_allowed_packet AS packet,
      TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(), NOW()) AS zone, UNIX_TIMESTAMP(NOW(3)) AS at`)) as unknown as [
    RowDataPacket[],
  ]
  const version = String(row?.['version'])
  const [, major, minor] = /^(?:5\.5\.5-)?(\d+)\.(\d+)/.exec(version) ?? []
  return {
    isMariadb: /mariadb/i.test(version),
    version: { major: Number(major), minor: Number(minor) },
    charset: String(row?.['charset']),
    zoneSeconds: Number(row?.['zone']),
    packetBytes: Number(row?.['packet']),
    at: new Date(Number(row?.['at']) * 1000),
  }
}

export async function isSendingStopped(conn: Conn): Promise<boolean> {
  const [row] = await conn
    .select({ name: switches.name })
    .from(switches)
    .where(and(eq(switches.name, 'sending'), isNotNull(switches.stoppedAt)))
  return row !== undefined
}

export async function hasDeliveries(conn: Conn): Promise<boolean> {
  const rows = await conn.select({ id: webhookDeliveries.id }).from(webhookDeliveries).limit(1)
  return rows.length > 0
}

export type AlertKind = (typeof alerts.$inferSelect)['kind']

/** The kinds of which alerts are open, and how many. */
export function openAlertsOf(conn: Conn, kinds: readonly AlertKind[]) {
  return conn
    .select({ kind: alerts.kind, count: count() })
    .from(alerts)
    .where(and(isNotNull(alerts.openKey), inArray(alerts.kind, [...kinds])))
    .groupBy(alerts.kind)
}

/** So many of the newest are looked through. */
const LOOK_MAX = 500

/** The newest comment-like item of each kind since then: with its words, or unrecognised for that reason. */
export async function lastSeen(
  conn: Conn,
  { reason, since }: { reason: string; since: Date },
): Promise<{ odd: Date | undefined; comment: Date | undefined }> {
  const { createdAt, kind, id } = inboundEvents
  const newest = (of: 'unrecognised' | 'comment') =>
    conn
      .select({ at: createdAt, reason: inboundEvents.reason })
      .from(inboundEvents)
      .where(and(eq(kind, of), gt(createdAt, since)))
      .orderBy(desc(id))
      .limit(of === 'comment' ? 1 : LOOK_MAX)
  const [odd, [comment]] = await Promise.all([newest('unrecognised'), newest('comment')])
  return { odd: odd.find((item) => item.reason === reason)?.at, comment: comment?.at }
}
