import { type Account, saveSubscription } from '#db/accounts.ts'
import { findOpenAlerts, raiseAlert, resolveAlert } from '#db/alerts.ts'
import { appendAudit } from '#db/audit.ts'
import { type Database, inTransaction, type Transaction } from '#db/client.ts'
import type { AuditAction } from '#src/domain/audit.ts'
import { missingScopes } from '#src/domain/permission.ts'

/** What a look found that the platform tells us. `refused`: it is not all that is needed, and cannot be had. */
export type Subscription =
  | { kind: 'kept'; fields: string[] }
  | { kind: 'renewed'; fields: string[]; lost: string[] }
  | { kind: 'refused'; fields: string[] | undefined; code: string; note: string }

/** Writes a look down with its alerts and its audit entry; true when an open console should show it. */
export async function recordSubscription(
  db: Database,
  account: Account,
  found: Subscription,
  at: Date,
): Promise<boolean> {
  const { id, subscribedFields } = account
  return inTransaction(db, async (tx) => {
    const fields = found.fields?.toSorted()
    if (fields) await saveSubscription(tx, id, fields, at)
    const isNews = await tell(tx, account, found, at)
    return isNews || (fields !== undefined && fields.join() !== subscribedFields?.join())
  })
}

/** True when somebody was told, or when what they were told is over. */
async function tell(tx: Transaction, account: Account, found: Subscription, at: Date): Promise<boolean> {
  const { id } = account
  const open = await findOpenAlerts(tx, [`subscription_lost:${id}`, `subscription_refused:${id}`])
  switch (found.kind) {
    case 'kept':
      for (const kind of ['subscription_lost', 'subscription_refused'] as const) await resolveAlert(tx, kind, id, at)
      return open.size > 0
    // The first time there was nothing to lose.
    case 'renewed':
      await resolveAlert(tx, 'subscription_refused', id, at)
      if (account.subscribedFields) {
        await raise(tx, account, { kind: 'subscription_lost', severity: 'warning', text: lostText(account, found), at })
      }
      await audit(tx, account, { action: 'subscription.renewed', detail: { lost: found.lost.join(' ') }, at })
      return true
    case 'refused':
      if (open.has(`subscription_refused:${id}`)) return false
      await raise(tx, account, {
        kind: 'subscription_refused',
        severity: 'critical',
        text: refusedText(account, found),
        at,
      })
      await audit(tx, account, { action: 'subscription.refused', detail: { code: found.code }, at })
      return true
  }
}

function lostText({ name }: Account, { lost }: { lost: string[] }): string {
  return `${name}: Meta had stopped telling us and does again; look in its own inbox for what came meanwhile. It was: ${lost.join(', ')}`
}

const SUBSCRIBING = ['pages_manage_metadata', 'instagram_business_basic']

function refusedText({ name, platform, scopes }: Account, { code, note }: { code: string; note: string }): string {
  if (code === 'app_unknown') return `${name}: several apps are subscribed. Set META_APP_ID, so that ours is known.`
  const missing = missingScopes(platform, scopes ?? []).find(({ scope }) => scopes && SUBSCRIBING.includes(scope))
  const why = missing ? `the permission ${missing.scope} is missing` : `${note} (${code})`
  return `${name}: new messages may not reach us. Connect the account again and allow everything: ${why}.`
}

interface Raised {
  kind: 'subscription_lost' | 'subscription_refused'
  severity: 'warning' | 'critical'
  text: string
  at: Date
}

function raise(tx: Transaction, { id }: Account, alert: Raised): Promise<void> {
  return raiseAlert(tx, { ...alert, subject: id, accountId: id })
}

interface Entered {
  action: AuditAction
  detail: Record<string, string>
  at: Date
}

function audit(tx: Transaction, { id }: Account, { action, detail, at }: Entered): Promise<unknown> {
  const actor = { kind: 'process', id: 'sending' } as const
  return appendAudit(tx, { action, actor, subject: { kind: 'account', id }, detail, at })
}
