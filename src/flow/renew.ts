/*
 * Keeps every token alive, or says that it cannot. Each look either renews a token that is past its half-life or asks the
 * platform whether it still works. Only the platform's own word that a token is dead disconnects an account; a failed
 * renewal, an outage or an odd answer changes nothing but what the console shows. A new token replaces exactly the one it
 * came from, so an account that was connected again meanwhile keeps its newer one.
 */
import { randomUUID } from 'node:crypto'
import { type Account, listAccounts, readAccount } from '#db/accounts.ts'
import type { Database } from '#db/client.ts'
import { endLease, takeLease } from '#db/leases.ts'
import { findPause } from '#db/pauses.ts'
import { credentialStatus, isRenewable, renewAt } from '#src/domain/credential.ts'
import { AppError } from '#src/domain/errors.ts'
import type { AccountId } from '#src/domain/ids.ts'
import type { Platform } from '#src/domain/platform.ts'
import type { Lanes } from '#src/limits/lanes.ts'
import type { Limiter } from '#src/limits/slots.ts'
import type { Listener, PlatformAdapter } from '#src/platforms/adapter.ts'
import type { Publish } from '#src/queues/live.ts'
import { textHash } from '#src/vault/hash.ts'
import type { Keyring } from '#src/vault/keyring.ts'
import { lineUpHeld } from './line-up.ts'
import { createListener } from './pause.ts'
import { credentialOf, type Finding, isDead, mayRevive, recordFinding } from './renewed.ts'

export interface RenewDeps {
  db: Database
  keyring: Keyring
  adapters: Record<Platform, PlatformAdapter>
  lanes: Pick<Lanes, 'add'>
  limiter: Pick<Limiter, 'pause'>
  publish: Publish
  now: () => Date
}

const CALL_MS = 20_000
/** Held anew for every account, so it only has to outlast two calls. */
const LEASE_MS = 60_000
/** How often a dead token is asked whether it has come back. */
const REVIVE_EVERY_MS = 3_600_000
const PAGE = 100

export function createRenew(deps: RenewDeps) {
  const renew = (id: AccountId) => renewOne(deps, id)
  return { renew, renewAll: createRenewAll(deps, renew) }
}

/** Looks at every account; one that fails does not keep the others waiting. A second process meanwhile does nothing. */
function createRenewAll({ db, now }: RenewDeps, renew: (id: AccountId) => Promise<void>) {
  const holder = randomUUID()
  const take = () => takeLease(db, { name: 'renew', holder, at: now(), until: new Date(now().getTime() + LEASE_MS) })

  return async (): Promise<void> => {
    const failures: unknown[] = []
    for await (const id of allAccounts(db)) {
      const lease = await take()
      if (!lease) return
      await renew(id).catch((error: unknown) => failures.push(error))
    }
    const lease = await take()
    if (lease) await endLease(db, lease, now())
    if (failures.length > 0) throw failures[0]
  }
}

async function* allAccounts(db: Database): AsyncGenerator<AccountId> {
  for (let after: AccountId | undefined; ; ) {
    const page = await listAccounts(db, { after, limit: PAGE })
    for (const { id } of page) yield id
    after = page.at(-1)?.id
    if (page.length < PAGE) return
  }
}

async function renewOne(deps: RenewDeps, id: AccountId): Promise<void> {
  const { db, publish, now } = deps
  const account = await readAccount(db, id)
  if (!account) return
  const finding = await look(deps, account, now())
  if (!finding) return
  const { changed, usable } = await recordFinding(db, account, finding, now())
  if (changed) publish({ topic: 'accounts', id })
  if (usable && isDead(account)) await lineUpHeld(deps, account.id)
}

/** What is the matter with this token? Undefined when there is nothing to ask. */
async function look(deps: RenewDeps, account: Account, at: Date): Promise<Finding | undefined> {
  const isOver = account.tokenExpiresAt <= at
  if (isDead(account) && (isOver || !isTimeToAsk(account, at))) return undefined
  if (isOver) return { kind: 'dead', code: 'expired', note: 'The token has expired' }
  if (await mustWait(deps, account, at)) return undefined
  const listener = createListener(deps, account)
  try {
    return await inquire(deps, account, listener)
  } finally {
    await listener.heeded()
  }
}

/** The platform asked to be left alone. A token that would end meanwhile is looked after all the same. */
async function mustWait({ db }: RenewDeps, { id, platform, tokenExpiresAt }: Account, at: Date): Promise<boolean> {
  const until = await findPause(db, { platform, accountId: id, endpointClass: 'refresh' }, at)
  return until !== undefined && until < tokenExpiresAt
}

async function inquire(deps: RenewDeps, account: Account, listener: Listener): Promise<Finding> {
  const at = deps.now()
  if (isDead(account)) return ask(deps, account, listener)
  const credential = credentialOf(account)
  const isDue = isRenewable(credential, at) && renewAt(credential, jitterOf(account.id)) <= at
  return isDue ? refresh(deps, account, listener) : ask(deps, account, listener)
}

function isTimeToAsk(account: Account, at: Date): boolean {
  const asked = account.tokenCheckedAt?.getTime() ?? 0
  return mayRevive(account) && at.getTime() - asked >= REVIVE_EVERY_MS
}

async function refresh(deps: RenewDeps, account: Account, listener: Listener): Promise<Finding> {
  const { keyring, adapters, now } = deps
  const binding = { owner: account.id, field: 'token' }
  try {
    const { credential } = adapters[account.platform]
    if (!credential.refresh) return ask(deps, account, listener)
    const token = keyring.open(account.sealedToken, binding)
    const fresh = await credential.refresh(token, AbortSignal.timeout(CALL_MS), listener)
    const at = now()
    const tokenExpiresAt = new Date(at.getTime() + fresh.expiresInSeconds * 1000)
    const status = credentialStatus({ obtainedAt: at, expiresAt: tokenExpiresAt, revoked: false }, at)
    const sealedToken = keyring.seal(fresh.token, binding)
    return { kind: 'renewed', fresh: { sealedToken, tokenObtainedAt: at, tokenExpiresAt, credentialStatus: status } }
  } catch (error) {
    if (AppError.from(error).code === 'rate_limited') return findingOf(error)
    // Not being renewed is not being dead: the token itself is asked.
    const [failed, asked] = [findingOf(error), await ask(deps, account, listener)]
    if (asked.kind === 'dead') return asked
    return failed.kind === 'silent' ? { ...failed, heard: asked.kind === 'works' } : { ...failed, kind: 'refused' }
  }
}

async function ask({ keyring, adapters }: RenewDeps, account: Account, listener: Listener): Promise<Finding> {
  try {
    const token = keyring.open(account.sealedToken, { owner: account.id, field: 'token' })
    const { credential } = adapters[account.platform]
    const found = await credential.check(token, AbortSignal.timeout(CALL_MS), listener)
    const { accountRef, ownerRef } = found
    if (accountRef === account.accountRef) return { kind: 'works', ...(ownerRef && { ownerRef }) }
    return { kind: 'refused', code: 'other_account', note: 'The token belongs to another account' }
  } catch (error) {
    return findingOf(error)
  }
}

/** Graph's 190 and 102 are the token's death; every other refusal may be about something else. */
function findingOf(error: unknown): Exclude<Finding, { kind: 'renewed' | 'works' }> {
  const { code, field, message: note } = AppError.from(error)
  if (code !== 'credential_rejected') return { kind: 'silent', code: field ?? code, heard: false }
  if (!field) return { kind: 'refused', code: 'token_unreadable', note }
  return { kind: /^(190|102)(\/|$)/.test(field) ? 'dead' : 'refused', code: field, note }
}

/** 0 to 1, always the same for one account. */
function jitterOf(id: AccountId): number {
  return Number.parseInt(textHash(id).slice(0, 8), 16) / 0xffff_ffff
}
