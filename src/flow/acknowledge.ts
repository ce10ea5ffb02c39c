import { acknowledgeAlert, findApiAlert } from '#db/api-house.ts'
import { appendAudit } from '#db/audit.ts'
import { type Database, inTransaction } from '#db/client.ts'
import type { AuditEvent } from '#src/domain/audit.ts'
import { AppError } from '#src/domain/errors.ts'
import type { Reach } from '#src/domain/identity.ts'
import type { AlertId } from '#src/domain/ids.ts'
import type { Publish } from '#src/queues/live.ts'

interface AcknowledgeDeps {
  db: Database
  publish: Publish
  now: () => Date
}

/** Somebody has taken note of an alert; the first one is on the record. Safe to repeat. */
export function createAcknowledge({ db, publish, now }: AcknowledgeDeps) {
  return async ({ id, reach, by }: { id: AlertId; reach: Reach; by: AuditEvent['actor'] }): Promise<void> => {
    await inTransaction(db, async (tx) => {
      if (!(await findApiAlert(tx, reach, id))) throw new AppError('not_found', 'There is no such alert')
      const at = now()
      if (!(await acknowledgeAlert(tx, id, { by: by.id, at }))) return
      const subject = { kind: 'alert', id }
      await appendAudit(tx, { action: 'alert.acknowledged', actor: by, subject, detail: {}, at })
    })
    publish({ topic: 'alerts', id })
  }
}
