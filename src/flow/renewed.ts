import {
  type Account,
  type FreshCredential,
  type Grant,
  markCredential,
  replaceCredential,
  saveGrant,
} from '#db/accounts.ts'
import { resolveAlert } from '#db/alerts.ts'
import { appendAudit } from '#db/audit.ts'
import { type Database, inTransaction, type Transaction } from '#db/client.ts'
import type { AuditAction, AuditEvent } from '#src/domain/audit.ts'
import { type Credential, type CredentialStatus, credentialStatus } from '#src/domain/credential.ts'
import type { TokenFacts } from '#src/platforms/adapter.ts'
import { newlyMissing, type Seen, tellDeath, tellEnds, tellRefusal, tellScopes } from './credential-alerts.ts'

/**
 * What a look at a token found. `refused`: the platform said no, but not that the token is dead. `silent`: it did not say;
 * `heard` when it could not renew the token, yet took it.
 */
export type Finding =
  | { kind: 'renewed'; fresh: FreshCredential }
  | { kind: 'works'; ownerRef?: string; facts?: TokenFacts }
  | { kind: 'dead' | 'refused'; code: string; note: string }
  | { kind: 'silent'; code: string; heard: boolean }

export interface Recorded {
  /** False when the token had been replaced. */
  isStored: boolean
  /** Something an open console should show. */
  changed: boolean
  usable: boolean
}

/** What a dead token makes pointless to tell. */
const outlived = ['token_expiring', 'data_access_expiring', 'scope_missing'] as const
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
  const grant = grantIn(finding)
  const seen: Seen = { before: account, after: { ...account, ...grant }, at }
  return inTransaction(db, async (tx) => {
    const stored = await store(tx, seen, finding)
    if (!stored) return { isStored: false, changed: true, usable: false }
    await saveGrant(tx, account.id, grant)
    await tellAlerts(tx, seen, finding)
    const action = actionOf(seen, finding)
    if (action) await appendAudit(tx, entry(seen, action, finding))
    const changed = finding.kind !== 'works' || account.tokenError !== null || stored !== account.credentialStatus
    return {
      isStored: true,
      changed: changed || isOtherGrant(seen),
      usable: finding.kind === 'renewed' || finding.kind === 'works',
    }
  })
}

/** What the platform says of the token besides that it works; what it does not say is not guessed on. */
function grantIn(finding: Finding): Grant {
  if (finding.kind !== 'works') return {}
  const { ownerRef, facts } = finding
  return {
    ...(ownerRef && { ownerRef }),
    ...(facts && { scopes: facts.scopes.toSorted(), dataAccessExpiresAt: facts.dataAccessExpiresAt ?? null }),
    ...(facts?.expiresAt && { tokenExpiresAt: facts.expiresAt }),
  }
}

function isOtherGrant({ before, after }: Seen): boolean {
  const shown = ({ scopes, dataAccessExpiresAt, tokenExpiresAt }: Account) =>
    JSON.stringify([scopes, dataAccessExpiresAt, tokenExpiresAt])
  return shown(before) !== shown(after)
}

/** The status that was written; undefined when it was too late for that. */
async function store(
  tx: Transaction,
  { before: account, after, at }: Seen,
  finding: Finding,
): Promise<CredentialStatus | undefined> {
  if (finding.kind === 'renewed') {
    return (await replaceCredential(tx, account, finding.fresh, at)) ? finding.fresh.credentialStatus : undefined
  }
  const tokenError = finding.kind === 'works' ? null : finding.code
  const checkedAt = finding.kind === 'silent' && !finding.heard ? account.tokenCheckedAt : at
  const status = statusAfter(after, finding, at)
  const kept = finding.kind === 'silent' && isDead(account) ? account.tokenError : tokenError
  const isStored = await markCredential(tx, account, { credentialStatus: status, tokenError: kept, checkedAt }, at)
  return isStored ? status : undefined
}

function statusAfter(account: Account, finding: Finding, at: Date): CredentialStatus {
  if (finding.kind === 'dead') return finding.code === '190/463' || finding.code === 'expired' ? 'expired' : 'revoked'
  if (finding.kind !== 'works' && isDead(account)) return account.credentialStatus
  return credentialStatus({ ...credentialOf(account), revoked: false }, at)
}

async function tellAlerts(tx: Transaction, seen: Seen, finding: Finding): Promise<void> {
  const { before, at } = seen
  const { id, tokenError } = before
  switch (finding.kind) {
    case 'renewed':
      await resolveAlert(tx, 'token_expiring', id, at)
      return resolveAlert(tx, 'token_refused', id, at)
    case 'dead':
      for (const kind of outlived) await resolveAlert(tx, kind, id, at)
      return isDead(before) ? undefined : tellDeath(tx, before, finding.code, at)
    case 'refused':
      if (finding.code !== tokenError) await tellRefusal(tx, before, finding.note, at)
      return tellEnds(tx, seen)
    case 'works':
      if (tokenError !== null) await resolveAlert(tx, 'token_refused', id, at)
      await tellScopes(tx, seen)
      return tellEnds(tx, seen)
    case 'silent':
      return tellEnds(tx, seen)
  }
}

/** Looks that change nothing leave no entry. */
function actionOf(seen: Seen, finding: Finding): AuditAction | undefined {
  const wasDead = isDead(seen.before)
  if (finding.kind === 'renewed' || (finding.kind === 'works' && wasDead)) return 'credential.renewed'
  if (finding.kind === 'works') return newlyMissing(seen) && 'credential.changed'
  return finding.kind === 'dead' && !wasDead ? 'credential.refused' : undefined
}

function entry(seen: Seen, action: AuditAction, finding: Finding): AuditEvent {
  const code = 'code' in finding ? finding.code : null
  const expiresAt = finding.kind === 'renewed' ? finding.fresh.tokenExpiresAt.toISOString() : null
  const actor = { kind: 'process', id: 'sending' } as const
  const missing = newlyMissing(seen)?.map(({ scope }) => scope)
  const detail = { found: finding.kind, code, expiresAt, ...(missing && { missing: missing.join(' ') }) }
  return { action, actor, subject: { kind: 'account', id: seen.before.id }, detail, at: seen.at }
}
