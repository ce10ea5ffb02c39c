import { appendAudit } from '#db/audit.ts'
import { type Database, inTransaction } from '#db/client.ts'
import type { InsightQuery } from '#src/domain/insight.ts'

interface NoteInsightDeps {
  db: Database
  now: () => Date
}

/** That somebody takes figures out is an entry before they have them. */
export function createNoteInsight({ db, now }: NoteInsightDeps) {
  return ({ query: { span, accountId }, operatorId }: { query: InsightQuery; operatorId: string }): Promise<void> =>
    inTransaction(db, (tx) =>
      appendAudit(tx, {
        action: 'insight.exported',
        actor: { kind: 'operator', id: operatorId },
        subject: { kind: 'insight', id: 'main' },
        accountId: accountId ?? null,
        detail: { days: span },
        at: now(),
      }),
    )
}
