import { boolean, index, int, mysqlTable } from 'drizzle-orm/mysql-core'
import type { AccountId, OperatorId, RuleId, TemplateId } from '../../src/domain/ids.ts'
import type { RuleAnswer } from '../../src/domain/rule.ts'
import type { RiskKind } from '../../src/domain/second.ts'
import { at, createdAt, humanLine, humanText, id, version, word } from './columns.ts'

/** What an account's operators want done with messages that say certain words: see `domain/rule.ts`. */
export const rules = mysqlTable(
  'rules',
  {
    id: id<RuleId>().primaryKey(),
    accountId: id<AccountId>().notNull(),
    /** The first rule comes first; no two of an account stand in one place. */
    place: int().notNull(),
    title: humanLine().notNull(),
    phrases: humanText().notNull(),
    isOn: boolean().notNull(),
    assigneeId: id<OperatorId>(),
    label: humanLine(),
    isUrgent: boolean().notNull(),
    risk: word<RiskKind>(),
    answer: word<RuleAnswer>(),
    templateId: id<TemplateId>(),
    version: version(),
    createdAt: createdAt(),
    updatedAt: at().notNull(),
  },
  (t) => [index('rules_account').on(t.accountId, t.place)],
)
