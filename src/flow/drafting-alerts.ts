import { raiseAlert, resolveAlert } from '#db/alerts.ts'
import type { Conn } from '#db/client.ts'
import type { DraftCase } from '#db/drafting.ts'
import type { DraftAnswer } from '#src/domain/draft.ts'

type Account = DraftCase['account']

/** From this share of the day's budget on an operator is told. */
const NEARLY_SPENT = 0.8
const CLAUDE = 'claude'

/** The day's budget is used up: nothing is drafted for this account until midnight UTC. */
export async function alertBudgetSpent(conn: Conn, account: Account, at: Date): Promise<void> {
  const text = `${account.name}: today’s drafting budget is spent; messages wait without a draft`
  await raiseAlert(conn, {
    kind: 'budget_spent',
    subject: account.id,
    severity: 'critical',
    accountId: account.id,
    text,
    at,
  })
}

interface BudgetState {
  spentMicros: number
  reservedMicros: number
  /** What one more call would reserve. */
  nextMicros: number
  at: Date
}

/** Tells of a budget that runs low, and takes an alert back when there is room again. */
export async function alertBudget(
  conn: Conn,
  account: Account,
  { spentMicros, reservedMicros, nextMicros, at }: BudgetState,
): Promise<void> {
  const { id, name, dailyBudgetMicros } = account
  if (spentMicros + reservedMicros + nextMicros <= dailyBudgetMicros) await resolveAlert(conn, 'budget_spent', id, at)
  const share = spentMicros / dailyBudgetMicros
  if (share < NEARLY_SPENT) return resolveAlert(conn, 'budget_nearly_spent', id, at)
  const text = `${name}: ${Math.floor(share * 100)} % of today’s drafting budget is spent`
  await raiseAlert(conn, { kind: 'budget_nearly_spent', subject: id, severity: 'warning', accountId: id, text, at })
}

/** A refused key and a spend limit concern every account; an answered call shows that they are over. */
export async function alertClaude(conn: Conn, answer: DraftAnswer, at: Date): Promise<void> {
  const reason = answer.outcome === 'none' ? answer.reason : undefined
  if (reason === 'claude_rejected_key') {
    const text = 'Claude refuses the API key: nothing is drafted until it is replaced'
    return raiseAlert(conn, { kind: 'claude_rejected_key', subject: CLAUDE, severity: 'critical', text, at })
  }
  if (reason === 'spend_limit') {
    const text = 'The Anthropic account has reached its spend limit: nothing is drafted until it is raised'
    return raiseAlert(conn, { kind: 'claude_spend_limit', subject: CLAUDE, severity: 'critical', text, at })
  }
  if (answer.usage.outputTokens === 0) return
  await resolveAlert(conn, 'claude_rejected_key', CLAUDE, at)
  await resolveAlert(conn, 'claude_spend_limit', CLAUDE, at)
}
