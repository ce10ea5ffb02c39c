/* Where a person is named without a conversation to find it by: in bodies, in items that nobody understood, in alerts. */
import { and, asc, eq, gt, lte, max, or, type SQL, type SQLWrapper, sql } from 'drizzle-orm'
import type { Conn, Transaction } from './client.ts'
import { eraseBodies } from './deliveries.ts'
import { isOneOf } from './many.ts'
import { alerts } from './schema/alerts.ts'
import { inboundEvents } from './schema/inbound-events.ts'
import { webhookDeliveries } from './schema/webhook-deliveries.ts'

/** Whose numbers they are; with an account, only where that account is named too. */
export interface Named {
  refs: readonly string[]
  accountRef: string | undefined
}

/** Whether something that was accepted until then has not been received yet. */
export async function isReceiving(conn: Conn, acceptedUntil: Date): Promise<boolean> {
  const { id, status, createdAt } = webhookDeliveries
  const [row] = await conn
    .select({ id })
    .from(webhookDeliveries)
    .where(and(eq(status, 'stored'), lte(createdAt, acceptedUntil)))
    .limit(1)
  return row !== undefined
}

export async function findNewestDelivery(conn: Conn): Promise<number> {
  const [row] = await conn.select({ id: max(webhookDeliveries.id) }).from(webhookDeliveries)
  return row?.id ?? 0
}

/** Empties the received bodies behind `after`, up to `to`, that name the person; answers how many did. */
export async function eraseBodiesNaming(
  tx: Transaction,
  who: Named,
  { after, to }: { after: number; to: number },
): Promise<number> {
  const { id, status, body } = webhookDeliveries
  const rows = await tx
    .select({ id, body })
    .from(webhookDeliveries)
    .where(and(gt(id, after), lte(id, to), eq(status, 'received'), holdsAny(who, body)))
  const naming = rows.filter((row) => isNamed(who, row.body.toString('utf8'))).map((row) => row.id)
  await eraseBodies(tx, naming)
  return naming.length
}

/** A delivery that could not be received and names the person: its neighbours' words are in it too, so it is not emptied. */
export async function isHeldByFailure(conn: Conn, who: Named): Promise<boolean> {
  const { status, body } = webhookDeliveries
  const rows = await conn
    .select({ body })
    .from(webhookDeliveries)
    .where(and(eq(status, 'failed'), holdsAny(who, body)))
  return rows.some((row) => isNamed(who, row.body.toString('utf8')))
}

/** A page of what nobody understood: of those that name the person the words go. `next` is undefined at the end. */
export async function eraseUnrecognised(
  tx: Transaction,
  who: Named,
  { after, limit }: { after: string; limit: number },
): Promise<{ found: number; next: string | undefined }> {
  const { id, kind, accountRef } = inboundEvents
  const rows = await tx
    .select({ id, accountRef, raw: sql<string | null>`${inboundEvents.raw}` })
    .from(inboundEvents)
    .where(and(eq(kind, 'unrecognised'), sql`${id} > ${after}`))
    .orderBy(asc(id))
    .limit(limit)
  const naming = rows.filter(({ accountRef, raw }) => isNamed(who, `${accountRef} ${raw ?? ''}`)).map((row) => row.id)
  if (naming.length > 0) await tx.update(inboundEvents).set({ raw: null }).where(isOneOf(id, naming))
  return { found: naming.length, next: rows.length === limit ? rows.at(-1)?.id : undefined }
}

/** Alerts are written without anybody's words; should one name the person all the same, its text goes. */
export async function eraseAlertsNaming(tx: Transaction, who: Named): Promise<number> {
  const { id, text } = alerts
  const rows = await tx.select({ id, text }).from(alerts).where(holdsAny(who, text))
  const naming = rows.filter((row) => who.refs.some((ref) => standsAlone(ref, row.text))).map((row) => row.id)
  if (naming.length > 0)
    await tx.update(alerts).set({ text: 'Erased', version: sql`version + 1` }).where(isOneOf(id, naming))
  return naming.length
}

function holdsAny({ refs }: Named, column: SQLWrapper): SQL | undefined {
  return or(...refs.map((ref) => sql`locate(${ref}, ${column}) > 0`))
}

function isNamed({ refs, accountRef }: Named, text: string): boolean {
  return refs.some((ref) => standsAlone(ref, text)) && (accountRef === undefined || standsAlone(accountRef, text))
}

/** The digits of an id may also be part of a time, or of somebody else's. */
function standsAlone(ref: string, text: string): boolean {
  const literal = ref.replace(/\W/g, String.raw`\$&`)
  return new RegExp(`(?<!\\w)${literal}(?!\\w)`).test(text)
}
