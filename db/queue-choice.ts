/* What an operator chose of the queue, as conditions. */
import { and, eq, isNull, like, lte, ne, or, type SQL, sql } from 'drizzle-orm'
import type { QueueChoice } from '#src/domain/desk.ts'
import type { OperatorId } from '#src/domain/ids.ts'
import { SURE } from '#src/domain/pace.ts'
import { accounts } from './schema/accounts.ts'
import { contacts } from './schema/contacts.ts'
import { conversations } from './schema/conversations.ts'
import { deskEntries } from './schema/desk-entries.ts'
import { drafts } from './schema/drafts.ts'
import { messages } from './schema/messages.ts'

/** Nothing is chosen: every conversation of the queue. */
export function isWhole(choice: QueueChoice): boolean {
  return Object.values(choice).every((value) => value === undefined)
}

/** Nobody put it aside, or its time has come, or something newer has. */
export function isOnDesk(at: Date): SQL | undefined {
  const { snoozedUntil, snoozedHeadId } = deskEntries
  return or(isNull(snoozedUntil), lte(snoozedUntil, at), ne(snoozedHeadId, conversations.headMessageId))
}

export function isChosen({ accountId, platform, risk, language, assigneeId, search }: QueueChoice): SQL | undefined {
  return and(
    accountId && eq(conversations.accountId, accountId),
    platform && eq(accounts.platform, platform),
    risk && risks[risk],
    language ? eq(drafts.language, language) : undefined,
    assigneeId === undefined ? undefined : isWith(assigneeId),
    search ? contains(search) : undefined,
  )
}

const hasFlags = sql`${drafts.flags} <> '[]'`
const risks = {
  flagged: hasFlags,
  calm: sql`${drafts.flags} = '[]' and ${drafts.confidence} >= ${SURE}`,
  person: eq(conversations.attention, 'person'),
} as const satisfies Record<NonNullable<QueueChoice['risk']>, SQL>

function isWith(assigneeId: OperatorId | null) {
  return assigneeId === null ? isNull(deskEntries.assigneeId) : eq(deskEntries.assigneeId, assigneeId)
}

function contains(search: string) {
  const pattern = `%${escapeLike(search)}%`
  return or(...[contacts.name, contacts.username, messages.text, drafts.text].map((column) => like(column, pattern)))
}

export function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&')
}
