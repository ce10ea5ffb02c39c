import { appendAudit } from '#db/audit.ts'
import { type Database, inTransaction, type Transaction } from '#db/client.ts'
import { findColleague } from '#db/desk.ts'
import { deleteRule, insertRule, listPlaces, placeRule, updateRule } from '#db/rules.ts'
import { lockAccount } from '#db/settings.ts'
import type { AuditAction, AuditEvent } from '#src/domain/audit.ts'
import { AppError } from '#src/domain/errors.ts'
import { may } from '#src/domain/identity.ts'
import { type AccountId, newId, type OperatorId, type RuleId } from '#src/domain/ids.ts'
import { checkRule, RULES_MAX, type Rule } from '#src/domain/rule.ts'
import type { Publish } from '#src/queues/live.ts'
import { textHash } from '#src/vault/hash.ts'
import { findOf } from './templates.ts'
import { line, prose } from './wording.ts'

interface RuleDeps {
  db: Database
  publish: Publish
  now: () => Date
}

interface By {
  accountId: AccountId
  operatorId: OperatorId
}

type Wish = Omit<Rule, 'id' | 'label'> & { label: string }
type Places = Awaited<ReturnType<typeof listPlaces>>

interface Hand {
  tx: Transaction
  /** The account's rules in their order. */
  rules: Places
  at: Date
}

const PHRASES_MAX = 1000

/** Changes to an account's rules, each under the account's lock and on the record. */
export function createRules(deps: RuleDeps) {
  return {
    saveRule: createSaveRule(deps),

    /** Safe to repeat. */
    removeRule: (input: By & { ruleId: RuleId }) =>
      onRules(deps, input, async ({ tx, rules }) => {
        if (!rules.some(({ id }) => id === input.ruleId)) return undefined
        await deleteRule(tx, input.ruleId)
        return { action: 'rule.removed', id: input.ruleId }
      }),

    /** One place up or down; at the end of the list nothing happens. */
    moveRule: (input: By & { ruleId: RuleId; way: 'up' | 'down' }) =>
      onRules(deps, input, async ({ tx, rules, at }) => {
        const from = rules.findIndex(({ id }) => id === input.ruleId)
        const rule = rules[from]
        const other = rules[input.way === 'up' ? from - 1 : from + 1]
        if (!rule) throw new AppError('not_found', 'Somebody removed this rule meanwhile')
        if (!other) return undefined
        await placeRule(tx, rule.id, other.place, at)
        await placeRule(tx, other.id, rule.place, at)
        return { action: 'rule.moved', id: rule.id, detail: { way: input.way } }
      }),
  }
}

/** Throws `conflict` when somebody else changed the rule meanwhile. */
function createSaveRule(deps: RuleDeps) {
  return async (input: By & { rule?: { id: RuleId; version: number }; does: Wish }): Promise<void> => {
    const does = checked(input.does)
    await onRules(deps, input, async (hand) => {
      await requireTargets(hand.tx, input.accountId, does)
      const id = await (input.rule ? change(hand, input.rule, does) : add(hand, input.accountId, does))
      const { title, phrases, label, ...plain } = does
      const words = [title, phrases, label ?? ''].join('\n')
      return { action: 'rule.saved', id, detail: { ...plain, wordsHash: textHash(words) } }
    })
  }
}

type Does = Omit<Rule, 'id'>

async function change({ tx, rules, at }: Hand, shown: { id: RuleId; version: number }, does: Does): Promise<RuleId> {
  const before = rules.find(({ id }) => id === shown.id)
  if (!before) throw new AppError('not_found', 'Somebody removed this rule meanwhile')
  if (before.version !== shown.version) {
    throw new AppError('conflict', 'Somebody changed this rule meanwhile', { field: 'phrases' })
  }
  await updateRule(tx, shown.id, does, at)
  return shown.id
}

/** Behind all others. */
async function add({ tx, rules, at }: Hand, accountId: AccountId, does: Does): Promise<RuleId> {
  if (rules.length >= RULES_MAX) {
    throw new AppError('invalid_input', `An account has at most ${RULES_MAX} rules`, { field: 'title' })
  }
  const id = newId('rule', at)
  const place = (rules.at(-1)?.place ?? 0) + 1
  await insertRule(tx, { id, accountId, place, ...does, createdAt: at, updatedAt: at })
  return id
}

/** Cleaned as it is kept; throws `invalid_input`. */
function checked(wish: Wish): Does {
  const title = line(wish.title, 'title')
  if (title === '') throw new AppError('invalid_input', 'Please give the rule a name', { field: 'title' })
  const phrases = prose(wish.phrases, { field: 'phrases', max: PHRASES_MAX })
  const templateId = wish.answer === 'template' ? wish.templateId : null
  const does = { ...wish, title, phrases, templateId, label: line(wish.label, 'label') || null }
  checkRule(does)
  return does
}

/** Whom it hands to decides here, and what it puts in is a template of this account. */
async function requireTargets(tx: Transaction, accountId: AccountId, { assigneeId, templateId }: Does) {
  const colleague = assigneeId && (await findColleague(tx, assigneeId))
  if (assigneeId && !(colleague && may(colleague.role, 'decide'))) {
    throw new AppError('invalid_input', 'Nobody of that name decides about replies here', { field: 'assignee' })
  }
  if (templateId && !(await findOf(tx, accountId, templateId))) {
    throw new AppError('invalid_input', 'This template is gone; please choose another', { field: 'templateId' })
  }
}

type Done = { action: AuditAction; id: RuleId; detail?: AuditEvent['detail'] } | undefined

async function onRules({ db, publish, now }: RuleDeps, by: By, work: (hand: Hand) => Promise<Done>): Promise<void> {
  const { accountId, operatorId } = by
  await inTransaction(db, async (tx) => {
    if (!(await lockAccount(tx, accountId))) throw new AppError('not_found', 'There is no such account')
    const at = now()
    const done = await work({ tx, rules: await listPlaces(tx, accountId), at })
    if (!done) return
    const actor = { kind: 'operator' as const, id: operatorId }
    const { action, id, detail = {} } = done
    await appendAudit(tx, { action, actor, subject: { kind: 'rule', id }, accountId, detail, at })
  })
  publish({ topic: 'accounts', id: accountId })
}
