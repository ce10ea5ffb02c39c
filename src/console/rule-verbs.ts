import type { AccountId, OperatorId, RuleId } from '#src/domain/ids.ts'
import type { Rule } from '#src/domain/rule.ts'

interface ByOnAccount {
  accountId: AccountId
  operatorId: OperatorId
}

/** What an account's operators want done with messages that say certain words. */
export interface RuleVerbs {
  saveRule(
    input: ByOnAccount & {
      rule?: { id: RuleId; version: number }
      /** Empty label for none. */
      does: Omit<Rule, 'id' | 'label'> & { label: string }
    },
  ): Promise<void>
  removeRule(input: ByOnAccount & { ruleId: RuleId }): Promise<void>
  moveRule(input: ByOnAccount & { ruleId: RuleId; way: 'up' | 'down' }): Promise<void>
}

export interface RuleView extends Rule {
  version: number
  /** Empty when whoever it hands to does not decide here any more. */
  assigneeName: string | null
  /** Empty when the template is gone. */
  templateTitle: string | null
}
