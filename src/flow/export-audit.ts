import { appendAudit } from '#db/audit.ts'
import { readAudit } from '#db/audit-read.ts'
import { type Database, inTransaction } from '#db/client.ts'
import type { AuditFilter } from '#src/domain/audit.ts'
import { auditLine } from '#src/domain/audit-line.ts'

interface ExportAuditDeps {
  db: Database
  now: () => Date
}

/** Hands out the entries as lines of JSON, a few hundred at a time. That somebody took them is an entry before the first line is. */
export function createExportAudit({ db, now }: ExportAuditDeps) {
  return async ({
    filter,
    operatorId,
  }: {
    filter: AuditFilter
    operatorId: string
  }): Promise<AsyncIterable<string>> => {
    const { action = null, actorId = null, accountId = null, since, until } = filter
    await inTransaction(db, (tx) =>
      appendAudit(tx, {
        action: 'audit.exported',
        actor: { kind: 'operator', id: operatorId },
        subject: { kind: 'audit', id: 'main' },
        detail: {
          action,
          actorId,
          accountId,
          since: since?.toISOString() ?? null,
          until: until?.toISOString() ?? null,
        },
        at: now(),
      }),
    )
    return linesOf(db, filter)
  }
}

async function* linesOf(db: Database, filter: AuditFilter): AsyncGenerator<string> {
  for await (const entries of readAudit(db, filter)) yield entries.map(auditLine).join('')
}
