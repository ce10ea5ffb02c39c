import { and, asc, eq, inArray, isNotNull, isNull, or, sql } from 'drizzle-orm'
import type { AccountId, ConversationId, OperatorId, RuleId } from '#src/domain/ids.ts'
import type { RiskKind } from '#src/domain/second.ts'
import type { Conn, Transaction } from './client.ts'
import { groupsOf, insertAll, isOneOf, writtenOver } from './many.ts'
import { isKeptFrom } from './reach.ts'
import { deskEntries } from './schema/desk-entries.ts'
import { operators } from './schema/operators.ts'
import { rules } from './schema/rules.ts'
import { templates } from './schema/templates.ts'

const { id, accountId, title, phrases, isOn, assigneeId, label, isUrgent, risk, answer, templateId, version } = rules
const columns = { id, accountId, title, phrases, isOn, assigneeId, label, isUrgent, risk, answer, templateId, version }

/** An account's rules in their order, with what they hand to as it is now: a template that is gone has no words, a colleague who no longer decides here no name. */
export async function listRules(conn: Conn, ids: readonly AccountId[]) {
  if (ids.length === 0) return new Map<AccountId, RuleRow[]>()
  return groupsOf(await selectRules(conn, ids), (row) => row.accountId)
}

export type RuleRow = Awaited<ReturnType<typeof selectRules>>[number]

function selectRules(conn: Conn, ids: readonly AccountId[]) {
  const isHere = and(
    eq(operators.id, assigneeId),
    isNull(operators.disabledAt),
    inArray(operators.role, ['approver', 'admin']),
    sql`not (${isKeptFrom(conn, { operatorId: operators.id, accountId })})`,
  )
  const isOfHere = and(
    eq(templates.id, templateId),
    or(isNull(templates.accountId), eq(templates.accountId, accountId)),
  )
  return conn
    .select({
      ...columns,
      assigneeName: operators.name,
      templateTitle: templates.title,
      templateBody: templates.body,
    })
    .from(rules)
    .leftJoin(operators, isHere)
    .leftJoin(templates, isOfHere)
    .where(isOneOf(accountId, ids))
    .orderBy(asc(accountId), asc(rules.place))
}

/** Read under the account's lock, as every change of its rules is made. */
export async function listPlaces(tx: Transaction, account: AccountId) {
  return tx
    .select({ id, place: rules.place, version })
    .from(rules)
    .where(eq(accountId, account))
    .orderBy(asc(rules.place))
}

export async function insertRule(tx: Transaction, rule: typeof rules.$inferInsert): Promise<void> {
  await tx.insert(rules).values(rule)
}

export async function updateRule(
  tx: Transaction,
  rule: RuleId,
  set: Partial<typeof rules.$inferInsert>,
  at: Date,
): Promise<void> {
  await tx
    .update(rules)
    .set({ ...set, updatedAt: at, version: sql`version + 1` })
    .where(eq(id, rule))
}

/** Its words stay as they were shown, so a form that is open somewhere stays good. */
export async function placeRule(tx: Transaction, rule: RuleId, place: number, at: Date): Promise<void> {
  await tx.update(rules).set({ place, updatedAt: at }).where(eq(id, rule))
}

export async function deleteRule(tx: Transaction, rule: RuleId): Promise<void> {
  await tx.delete(rules).where(eq(id, rule))
}

/** What rules say of a conversation, in place of what they said before. */
export interface Marks {
  conversationId: ConversationId
  /** Left alone when somebody looks after it already. */
  assigneeId: OperatorId | null
  label: string | null
  isUrgent: boolean
  risk: RiskKind | null
}

export async function markConversations(tx: Transaction, marks: readonly Marks[], at: Date): Promise<void> {
  const rows = marks.map((mark) => ({ ...mark, createdAt: at, updatedAt: at }))
  const kept = sql`assignee_id = coalesce(assignee_id, values(assignee_id)), version = version + 1`
  const over = writtenOver(['label', 'isUrgent', 'risk', 'updatedAt'])
  await insertAll(tx, deskEntries, rows, sql`on duplicate key update ${over}, ${kept}`)
}

/** The risk that a rule saw in what the contact said. */
export async function findRuleRisk(conn: Conn, conversationId: ConversationId): Promise<RiskKind[]> {
  const [row] = await conn
    .select({ risk: deskEntries.risk })
    .from(deskEntries)
    .where(and(eq(deskEntries.conversationId, conversationId), isNotNull(deskEntries.risk)))
  return row?.risk ? [row.risk] : []
}
