/* What an account's rules say of a conversation that waits for a draft. They make or route drafts; nothing leaves by them. */
import type { DraftCase } from '#db/drafting.ts'
import type { Marks, RuleRow } from '#db/rules.ts'
import type { AuditEvent } from '#src/domain/audit.ts'
import { type Ruling, rule } from '#src/domain/rule.ts'
import { unanswered } from '#src/domain/thread.ts'
import type { Material } from './thread.ts'

/** Judged is what nobody has answered yet. A person's wish for a draft is stronger than a rule about who drafts. */
export function rulingOf({ conversation }: DraftCase, { messages, approvedAt, rules }: Material): Ruling {
  if (rules.length === 0) return {}
  const texts = unanswered(messages, approvedAt).map(({ text }) => text)
  const ruling = rule(rules.map(withoutAbsent), texts)
  if (conversation.draftInstruction === null) return ruling
  const { answer: _answer, ...rest } = ruling
  return rest
}

/** Nobody is handed anything who does not decide here any more. */
function withoutAbsent(row: RuleRow): RuleRow {
  return row.assigneeName === null ? { ...row, assigneeId: null } : row
}

/** A rule has the answer, so Claude is not asked. */
export function isRuled(ruling: Ruling): boolean {
  return ruling.answer !== undefined && ruling.answer.by !== 'claude'
}

/** What is to be written beside the conversation; undefined when nothing is and nothing was. */
export function marksOf({ conversation, desk }: DraftCase, ruling: Ruling): Marks | undefined {
  const { assignee, label, urgent, risk } = ruling
  const isMarked = desk && (desk.label !== null || desk.risk !== null || desk.isUrgent)
  if (!isMarked && !assignee && !label && !urgent && !risk) return undefined
  return {
    conversationId: conversation.id,
    assigneeId: assignee?.operatorId ?? null,
    label: label?.text ?? null,
    isUrgent: urgent !== undefined,
    risk: risk?.kind ?? null,
  }
}

/** The entry that says which rules were followed; undefined when none was. */
export function ruledEntry(
  { conversation, account, desk }: DraftCase,
  ruling: Ruling,
  at: Date,
): AuditEvent | undefined {
  const { assignee, answer } = ruling
  const followed = Object.entries(ruling).map(([kind, { id }]) => [`${kind}Rule`, id])
  if (followed.length === 0) return undefined
  return {
    action: 'rule.applied',
    actor: { kind: 'process', id: 'drafting' },
    subject: { kind: 'conversation', id: conversation.id },
    accountId: account.id,
    detail: {
      ...Object.fromEntries(followed),
      ...(answer && { answer: answer.by }),
      ...(assignee && !desk?.assigneeId && { assigneeId: assignee.operatorId }),
    },
    at,
  }
}
