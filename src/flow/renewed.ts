import { type Account, type FreshCredential, markCredential, replaceCredential, saveOwner } from '#db/accounts.ts'
import { raiseAlert, resolveAlert } from '#db/alerts.ts'
import { appendAudit } from '#db/audit.ts'
import { type Database, inTransaction, type Transaction } from '#db/client.ts'
import type { AuditAction, AuditEvent } from '#src/domain/audit.ts'
import { alertDay, type Credential, type CredentialStatus, credentialStatus } from '#src/domain/credential.ts'

/**
 * What a look at a token found. `refused`: the platform said no, but not that the token is dead. `silent`: it did not say;
 * `heard` when it could not renew the token, yet took it.
 */
export type Finding =
  | { kind: 'renewed'; fresh: FreshCredential }
  | { kind: 'works'; ownerRef?: string }
  | { kind: 'dead' | 'refused'; code: string; note: string }
  | { kind: 'silent'; code: string; heard: boolean }

interface Recorded {
  /** Something an open console should show. */
  changed: boolean
  usable: boolean
}

const URGENT_DAYS = 3
/** Sign-outs and checkpoints end by themselves when the owner signs in; the platform then takes the same token again. */
const REVIVABLE = /^(190|102)(\/|$)/

export function isDead({ credentialStatus: status }: Pick<Account, 'credentialStatus'>): boolean {
  return status === 'expired' || status === 'revoked'
}

export function mayRevive({ tokenError }: Account): boolean {
  return tokenError !== null && REVIVABLE.test(tokenError)
}

export function credentialOf(account: Account): Credential {
  const { tokenObtainedAt: obtainedAt, tokenExpiresAt: expiresAt } = account
  return { obtainedAt, expiresAt, revoked: account.credentialStatus === 'revoked' }
}

/** Writes a finding down with its alerts and its audit entry, unless the token has been replaced meanwhile. */
export async function recordFinding(db: Database, account: Account, finding: Finding, at: Date): Promise<Recorded> {
  return inTransaction(db, async (tx) => {
    const stored = await store(tx, account, finding, at)
    if (!stored) return { changed: true, usable: false }
    if (finding.kind === 'works' && finding.ownerRef) await saveOwner(tx, account.id, finding.ownerRef)
    await tellAlerts(tx, account, finding, at)
    const action = actionOf(account, finding)
    if (action) await appendAudit(tx, entry(account, action, finding, at))
    const changed = finding.kind !== 'works' || account.tokenError !== null || stored !== account.credentialStatus
    return { changed, usable: finding.kind === 'renewed' || finding.kind === 'works' }
  })
}

/** The status that was written; undefined when it was too late for that. */
async function store(
  tx: Transaction,
  account: Account,
  finding: Finding,
  at: Date,
): Promise<CredentialStatus | undefined> {
  if (finding.kind === 'renewed') {
    return (await replaceCredential(tx, account, finding.fresh, at)) ? finding.fresh.credentialStatus : undefined
  }
  const tokenError = finding.kind === 'works' ? null : finding.code
  const checkedAt = finding.kind === 'silent' && !finding.heard ? account.tokenCheckedAt : at
  const status = statusAfter(account, finding, at)
  const kept = finding.kind === 'silent' && isDead(account) ? account.tokenError : tokenError
  const isStored = await markCredential(tx, account, { credentialStatus: status, tokenError: kept, checkedAt }, at)
  return isStored ? status : undefined
}

function statusAfter(account: Account, finding: Finding, at: Date): CredentialStatus {
  if (finding.kind === 'dead') return finding.code === '190/463' || finding.code === 'expired' ? 'expired' : 'revoked'
  if (finding.kind !== 'works' && isDead(account)) return account.credentialStatus
  return credentialStatus({ ...credentialOf(account), revoked: false }, at)
}

async function tellAlerts(tx: Transaction, account: Account, finding: Finding, at: Date): Promise<void> {
  const { id, tokenError } = account
  switch (finding.kind) {
    case 'renewed':
      await resolveAlert(tx, 'token_expiring', id, at)
      return resolveAlert(tx, 'token_refused', id, at)
    case 'dead':
      await resolveAlert(tx, 'token_expiring', id, at)
      return tellRefusal(tx, account, finding, at)
    case 'refused':
      if (finding.code !== tokenError) await tellRefusal(tx, account, finding, at)
      return tellExpiry(tx, account, at)
    case 'works':
      if (tokenError !== null) await resolveAlert(tx, 'token_refused', id, at)
      return tellExpiry(tx, account, at)
    case 'silent':
      return tellExpiry(tx, account, at)
  }
}

type Refused = Extract<Finding, { kind: 'dead' | 'refused' }>

async function tellRefusal(tx: Transaction, account: Account, { kind, note }: Refused, at: Date): Promise<void> {
  const { id, name } = account
  if (kind === 'dead' && isDead(account)) return
  const text = kind === 'dead' ? `${name}: ${note}. Replies are held until it is connected again.` : `${name}: ${note}`
  const severity = kind === 'dead' ? 'critical' : 'warning'
  await raiseAlert(tx, { kind: 'token_refused', subject: id, severity, accountId: id, text, at })
}

/** Once for each threshold that has been crossed since the platform was last heard. */
async function tellExpiry(
  tx: Transaction,
  { id, name, tokenExpiresAt, tokenCheckedAt }: Account,
  at: Date,
): Promise<void> {
  const day = alertDay(tokenExpiresAt, at)
  const told = tokenCheckedAt ? alertDay(tokenExpiresAt, tokenCheckedAt) : undefined
  if (day === undefined || day === told) return
  const severity = day <= URGENT_DAYS ? 'critical' : 'warning'
  const text = `${name}: the token ends within ${day === 1 ? 'a day' : `${day} days`} and could not be renewed yet`
  await raiseAlert(tx, { kind: 'token_expiring', subject: id, severity, accountId: id, text, at })
}

/** Looks that change nothing leave no entry. */
function actionOf(account: Account, finding: Finding): AuditAction | undefined {
  if (finding.kind === 'renewed' || (finding.kind === 'works' && isDead(account))) return 'credential.renewed'
  return finding.kind === 'dead' && !isDead(account) ? 'credential.refused' : undefined
}

function entry({ id }: Account, action: AuditAction, finding: Finding, at: Date): AuditEvent {
  const code = 'code' in finding ? finding.code : null
  const expiresAt = finding.kind === 'renewed' ? finding.fresh.tokenExpiresAt.toISOString() : null
  const actor = { kind: 'process', id: 'sending' } as const
  return { action, actor, subject: { kind: 'account', id }, detail: { found: finding.kind, code, expiresAt }, at }
}
