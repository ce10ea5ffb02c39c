import { index, int, mysqlTable, primaryKey } from 'drizzle-orm/mysql-core'
import type { AccountId, ConversationId, MessageId, ReminderId } from '../../src/domain/ids.ts'
import type { Step } from '../../src/domain/reminder.ts'
import { at, createdAt, id, version, word } from './columns.ts'

/** Which step was told of which conversation while that message was its newest. */
export const remindedSteps = mysqlTable(
  'reminded_steps',
  {
    conversationId: id<ConversationId>().notNull(),
    headMessageId: id<MessageId>().notNull(),
    step: word<Step>().notNull(),
    accountId: id<AccountId>().notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.conversationId, t.headMessageId, t.step] }),
    index('reminded_steps_account').on(t.accountId, t.step, t.createdAt),
    index('reminded_steps_age').on(t.createdAt),
  ],
)

/** What one outside place is told, or was: of all conversations of an account that came to a step together. */
export const reminders = mysqlTable(
  'reminders',
  {
    id: id<ReminderId>().primaryKey(),
    accountId: id<AccountId>().notNull(),
    step: word<Step>().notNull(),
    waiting: int().notNull(),
    /** Of the first of them. */
    closesAt: at().notNull(),
    channel: word<'mail' | 'webhook'>().notNull(),
    attempts: int().notNull().default(0),
    /** Null once it is told or given up. */
    nextAt: at(),
    toldAt: at(),
    version: version(),
    createdAt: createdAt(),
  },
  (t) => [index('reminders_due').on(t.nextAt), index('reminders_age').on(t.createdAt)],
)
