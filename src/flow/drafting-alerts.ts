import { type AlertKind, findOpenAlerts, raiseAlert, resolveAlert } from '#db/alerts.ts'
import type { BudgetState } from '#db/budgets.ts'
import type { Database } from '#db/client.ts'
import type { DraftCase } from '#db/drafting.ts'
import type { DraftAnswer } from '#src/domain/draft.ts'
import type { Publish } from '#src/queues/live.ts'
import { createGroup } from './group.ts'

type Account = DraftCase['account']

/** That something is amiss, or, without words, that it is well. */
interface Sign {
  kind: AlertKind
  subject: string
  amiss?: Pick<Parameters<typeof raiseAlert>[1], 'severity' | 'accountId' | 'text'>
}

export type Tell = (signs: Sign[]) => Promise<void>

/** From this share of the day's budget on an operator is told. */
const NEARLY_SPENT = 0.8
const CLAUDE = 'claude'
const TRIES_MAX = 50

/** Takes down what jobs see at the same time. Nearly always all is well and was well before, and nothing is written. */
export function createTeller({ db, publish, now }: { db: Database; publish: Publish; now: () => Date }): Tell {
  return createGroup(
    async (seen: Sign[][]) => {
      // Of several signs of one thing the last holds.
      const signs = new Map(seen.flat().map((sign) => [`${sign.kind}:${sign.subject}`, sign]))
      const open = await findOpenAlerts(db, [...signs.keys()])
      for (const [key, sign] of signs) {
        if (!sign.amiss && !open.has(key)) continue
        if (sign.amiss && sign.kind === 'budget_nearly_spent' && open.get(key) === sign.amiss.text) continue
        await write(db, sign, now())
        publish({ topic: 'alerts', id: sign.subject })
      }
      return seen.map(() => undefined)
    },
    { max: TRIES_MAX },
  )
}

function write(db: Database, { kind, subject, amiss }: Sign, at: Date): Promise<void> {
  return amiss ? raiseAlert(db, { kind, subject, ...amiss, at }) : resolveAlert(db, kind, subject, at)
}

/** The day's budget is used up: nothing is drafted for this account until midnight UTC. */
export function budgetSpentSign({ id, name }: Account): Sign {
  const text = `${name}: today’s drafting budget is spent; messages wait without a draft`
  return { kind: 'budget_spent', subject: id, amiss: { severity: 'critical', accountId: id, text } }
}

/** A budget that runs low, or one that has room again; `nextMicros` is what one more call would reserve. */
export function budgetSigns(
  { id, name, dailyBudgetMicros }: Account,
  { spentMicros, reservedMicros, nextMicros }: BudgetState & { nextMicros: number },
): Sign[] {
  const hasRoom = spentMicros + reservedMicros + nextMicros <= dailyBudgetMicros
  const share = spentMicros / dailyBudgetMicros
  const text = `${name}: ${Math.floor(share * 100)} % of today’s drafting budget is spent`
  const low: Sign = { kind: 'budget_nearly_spent', subject: id }
  return [
    ...(hasRoom ? [{ kind: 'budget_spent' as const, subject: id }] : []),
    share < NEARLY_SPENT ? low : { ...low, amiss: { severity: 'warning', accountId: id, text } },
  ]
}

/** A refused key and a spend limit concern every account; an answered call shows that they are over. */
export function claudeSigns(answer: DraftAnswer): Sign[] {
  const reason = answer.outcome === 'none' ? answer.reason : undefined
  if (reason === 'claude_rejected_key') {
    const text = 'Claude refuses the API key: nothing is drafted until it is replaced'
    return [{ kind: 'claude_rejected_key', subject: CLAUDE, amiss: { severity: 'critical', text } }]
  }
  if (reason === 'spend_limit') {
    const text = 'The Anthropic account has reached its spend limit: nothing is drafted until it is raised'
    return [{ kind: 'claude_spend_limit', subject: CLAUDE, amiss: { severity: 'critical', text } }]
  }
  if (answer.usage.outputTokens === 0) return []
  return [
    { kind: 'claude_rejected_key', subject: CLAUDE },
    { kind: 'claude_spend_limit', subject: CLAUDE },
  ]
}
