import { dropCredential, lockOwned } from '#db/accounts.ts'
import { raiseAlert } from '#db/alerts.ts'
import { appendAudits } from '#db/audit.ts'
import { type Database, inTransaction, type Transaction } from '#db/client.ts'
import type { AuditEvent } from '#src/domain/audit.ts'
import type { AccountId } from '#src/domain/ids.ts'
import type { Publish } from '#src/queues/live.ts'

interface DeauthorizeDeps {
  db: Database
  publish: Publish
  now: () => Date
}

export interface Deauthorization {
  /** Whoever connected the accounts, as the app knows them. */
  userRef: string
  issuedAt: Date
}

const REASON = 'Its owner took back the permission; connect it again, then resume it'

/** The owner left: their tokens are gone at once. What contacts write is still kept; replies wait. Answers how many accounts. */
export function createDeauthorize({ db, publish, now }: DeauthorizeDeps) {
  return async ({ userRef, issuedAt }: Deauthorization): Promise<number> => {
    const dropped = await inTransaction(db, async (tx) => {
      const dropped = await dropAccounts(tx, userRef, { issuedAt, at: now(), forget: false })
      await appendAudits(
        tx,
        dropped.map(({ audit }) => audit),
      )
      return dropped
    })
    for (const { accountId: id } of dropped) {
      publish({ topic: 'accounts', id })
      publish({ topic: 'alerts', id })
    }
    return dropped.length
  }
}

interface Dropped {
  accountId: AccountId
  /** For the caller to append at the end of its transaction. */
  audit: AuditEvent
}

/** One that was applied before is not applied again, so an old one cannot end a newer connection. */
export async function dropAccounts(
  tx: Transaction,
  userRef: string,
  { issuedAt, at, forget }: { issuedAt: Date; at: Date; forget: boolean },
): Promise<Dropped[]> {
  const dropped: Dropped[] = []
  for (const { id, name, deauthorizedAt } of await lockOwned(tx, userRef)) {
    if (deauthorizedAt && deauthorizedAt >= issuedAt) continue
    await dropCredential(tx, id, { reason: REASON, issuedAt, forget, at })
    const text = `${name}: its owner took back the permission. Replies are held until it is connected again and resumed.`
    const alert = { kind: 'account_deauthorized', subject: id, severity: 'critical', accountId: id } as const
    await raiseAlert(tx, { ...alert, text, at })
    dropped.push({
      accountId: id,
      audit: {
        action: 'account.deauthorized',
        actor: { kind: 'platform', id: 'meta' },
        subject: { kind: 'account', id },
        detail: { issuedAt: issuedAt.toISOString() },
        at,
      },
    })
  }
  return dropped
}
