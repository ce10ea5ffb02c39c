import {
  and,
  asc,
  desc,
  eq,
  gt,
  gte,
  inArray,
  isNotNull,
  isNull,
  like,
  lt,
  lte,
  notInArray,
  or,
  type SQL,
  sql,
} from 'drizzle-orm'
import { isWithin, type Role, reachOf } from '#src/domain/identity.ts'
import { type AccountId, type ConversationId, type MessageId, newId, type OperatorId } from '#src/domain/ids.ts'
import { type Step, unremindedReasons } from '#src/domain/reminder.ts'
import type { AlertKind } from './alerts.ts'
import type { Conn, Transaction } from './client.ts'
import { groupsOf, insertAll, isOneOf } from './many.ts'
import { accounts } from './schema/accounts.ts'
import { alerts } from './schema/alerts.ts'
import { conversations } from './schema/conversations.ts'
import { operatorAccounts } from './schema/operator-accounts.ts'
import { operators } from './schema/operators.ts'
import { remindedSteps, reminders } from './schema/reminders.ts'

export interface WaitingConversation {
  id: ConversationId
  accountId: AccountId
  headMessageId: MessageId
  opensAt: Date
  closesAt: Date
}

export type Reminder = typeof reminders.$inferSelect
export type Channel = Reminder['channel']

/** No window is longer, so what has had half of it closes within this. */
const HALF_MS = 3.5 * 86_400_000

/** Unanswered conversations with at least half of their window gone and closing after `since`, the nearest first. */
export async function listHalfGone(
  conn: Conn,
  { since, at, after }: { since: Date; at: Date; after: WaitingConversation | undefined },
  limit: number,
): Promise<WaitingConversation[]> {
  const { windowExpiresAt, lastInboundAt, headMessageId, attentionReason } = conversations
  const rows = await conn
    .select({
      ...{ id: conversations.id, accountId: conversations.accountId, headMessageId },
      ...{ opensAt: lastInboundAt, closesAt: windowExpiresAt },
    })
    .from(conversations)
    .where(
      and(
        inArray(conversations.attention, ['waiting', 'review', 'person']),
        or(isNull(attentionReason), notInArray(attentionReason, [...unremindedReasons])),
        gt(conversations.deadlineAt, since),
        lte(conversations.deadlineAt, new Date(at.getTime() + HALF_MS)),
        sql`timestampdiff(microsecond, ${lastInboundAt}, ${sql.param(at, lastInboundAt)}) * 2 >= timestampdiff(microsecond, ${lastInboundAt}, ${windowExpiresAt})`,
        isNotNull(headMessageId),
        after && behind(after),
      ),
    )
    .orderBy(asc(conversations.deadlineAt), asc(conversations.id))
    .limit(limit)
  return rows.flatMap(({ headMessageId, opensAt, closesAt, ...row }) =>
    headMessageId && opensAt && closesAt ? [{ ...row, headMessageId, opensAt, closesAt }] : [],
  )
}

function behind({ closesAt, id }: WaitingConversation): SQL | undefined {
  const { deadlineAt } = conversations
  return and(gte(deadlineAt, closesAt), or(gt(deadlineAt, closesAt), gt(conversations.id, id)))
}

/** What was told of each conversation as it stands now, in no order. */
export async function listRemindedSteps(
  conn: Conn,
  waiting: readonly WaitingConversation[],
): Promise<Map<ConversationId, Step[]>> {
  if (waiting.length === 0) return new Map()
  const ids = waiting.map(({ id }) => id)
  const rows = await conn.select().from(remindedSteps).where(isOneOf(remindedSteps.conversationId, ids))
  const heads = new Map(waiting.map(({ id, headMessageId }) => [id, headMessageId]))
  const current = rows.filter((row) => heads.get(row.conversationId) === row.headMessageId)
  return new Map([...groupsOf(current, (row) => row.conversationId)].map(([id, told]) => [id, told.map((t) => t.step)]))
}

export async function findLastReminded(conn: Conn, accountId: AccountId, step: Step): Promise<Date | undefined> {
  const [last] = await conn
    .select({ at: remindedSteps.createdAt })
    .from(remindedSteps)
    .where(and(eq(remindedSteps.accountId, accountId), eq(remindedSteps.step, step)))
    .orderBy(desc(remindedSteps.createdAt))
    .limit(1)
  return last?.at
}

export interface Due {
  accountId: AccountId
  step: Step
  conversations: readonly WaitingConversation[]
}

/** Notes the step down as told, and what each channel has to tell. */
export async function saveReminders(
  tx: Transaction,
  { accountId, step, conversations: due }: Due,
  { channels, closesAt, at }: { channels: readonly Channel[]; closesAt: Date; at: Date },
): Promise<void> {
  const told = due.map(({ id: conversationId, headMessageId }) => ({ conversationId, headMessageId }))
  await insertAll(
    tx,
    remindedSteps,
    told.map((one) => ({ ...one, step, accountId, createdAt: at })),
  )
  const what = { accountId, step, waiting: due.length, closesAt, nextAt: at, createdAt: at }
  await insertAll(
    tx,
    reminders,
    channels.map((channel) => ({ id: newId('reminder', at), ...what, channel })),
  )
}

export function listDueReminders(conn: Conn, channel: Channel, at: Date, limit: number) {
  return conn
    .select({ reminder: reminders, accountName: accounts.name })
    .from(reminders)
    .innerJoin(accounts, eq(accounts.id, reminders.accountId))
    .where(and(lte(reminders.nextAt, at), eq(reminders.channel, channel)))
    .orderBy(asc(reminders.nextAt))
    .limit(limit)
}

/** Counts an attempt before it is made; false when another process makes it. */
export async function claimReminder(conn: Conn, { id, version }: Reminder, nextAt: Date): Promise<boolean> {
  const [{ affectedRows }] = await conn
    .update(reminders)
    .set({ nextAt, attempts: sql`attempts + 1`, version: sql`version + 1` })
    .where(and(eq(reminders.id, id), eq(reminders.version, version)))
  return affectedRows === 1
}

/** Told, or given up when there is no `toldAt`. */
export async function endReminder(conn: Conn, { id }: Reminder, toldAt: Date | null): Promise<void> {
  await conn.update(reminders).set({ nextAt: null, toldAt, version: sql`version + 1` }).where(eq(reminders.id, id))
}

export async function deleteOldReminders(conn: Conn, before: Date, limit: number): Promise<void> {
  await conn.delete(remindedSteps).where(lt(remindedSteps.createdAt, before)).limit(limit)
  await conn.delete(reminders).where(lt(reminders.createdAt, before)).limit(limit)
}

/** Everybody who may sign in and sees the account. */
export async function listMailboxes(conn: Conn, accountId: AccountId): Promise<{ email: string; role: Role }[]> {
  const rows = await conn
    .select({ id: operators.id, email: operators.email, role: operators.role, accountId: operatorAccounts.accountId })
    .from(operators)
    .leftJoin(operatorAccounts, eq(operatorAccounts.operatorId, operators.id))
    .where(isNull(operators.disabledAt))
    .orderBy(asc(operators.id))
  const people = groupsOf(rows, (row): OperatorId => row.id)
  return [...people.values()].flatMap(([first, ...others]) => {
    if (!first) return []
    const assigned = [first, ...others].flatMap((row) => row.accountId ?? [])
    return isWithin(reachOf(first.role, assigned), accountId) ? [{ email: first.email, role: first.role }] : []
  })
}

/** Which alerts of these kinds are open, and about what. */
export async function listOpenSubjects<K extends AlertKind>(conn: Conn, kinds: readonly K[]) {
  const openOf = (kind: K) => like(alerts.openKey, `${kind.replaceAll('_', '\\_')}:%`)
  const rows = await conn
    .select({ openKey: alerts.openKey })
    .from(alerts)
    .where(or(...kinds.map(openOf)))
  return rows.map(({ openKey }) => {
    const [kind, subject = ''] = openKey?.split(':') ?? []
    return { kind: kind as K, subject }
  })
}
