/*
 * Keeps every token alive, or says that it cannot. Each look either renews a token that is past its half-life or asks the
 * platform whether it still works, and once an hour what it allows and until when. Only the platform's own word that a token is dead disconnects an account; a failed
 * renewal, an outage or an odd answer changes nothing but what the console shows. A new token replaces exactly the one it
 * came from, so an account that was connected again meanwhile keeps its newer one.
 */
import { type Account, readAccount } from '#db/accounts.ts'
import type { Database } from '#db/client.ts'
import { findPause } from '#db/pauses.ts'
import { credentialStatus, isRenewable, renewAt } from '#src/domain/credential.ts'
import { AppError } from '#src/domain/errors.ts'
import type { AccountId } from '#src/domain/ids.ts'
import type { Platform } from '#src/domain/platform.ts'
import type { Lanes } from '#src/limits/lanes.ts'
import type { Limiter } from '#src/limits/slots.ts'
import type { Listener, PlatformAdapter, TokenFacts } from '#src/platforms/adapter.ts'
import type { Publish } from '#src/queues/live.ts'
import { textHash } from '#src/vault/hash.ts'
import type { Keyring } from '#src/vault/keyring.ts'
import type { Secret } from '#src/vault/secret.ts'
import { lineUpHeld } from './line-up.ts'
import { createListener } from './pause.ts'
import { credentialOf, type Finding, isDead, mayRevive, type Recorded, recordFinding } from './renewed.ts'
import { createRound } from './rounds.ts'

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
/** How often the platform is asked what a token allows, which changes rarely. */
const INSPECT_EVERY_MS = 3_600_000
/** How often a dead token is asked whether it has come back. */
const REVIVE_EVERY_MS = 3_600_000

export function createRenew(deps: RenewDeps) {
  const renew = (id: AccountId) => renewOne(deps, id)
  return { renew, renewAll: createRound({ ...deps, lease: 'renew', isDue: () => true, look: renew }) }
}

async function renewOne(deps: RenewDeps, id: AccountId): Promise<void> {
  const { db, publish, now } = deps
  const account = await readAccount(db, id)
  if (!account) return
  const finding = await look(deps, account, now())
  if (!finding) return
  const { changed, usable } = await record(deps, account, finding)
  if (changed) publish({ topic: 'accounts', id })
  if (usable && isDead(account)) await lineUpHeld(deps, account.id)
}

/** A token that was only sealed anew meanwhile, with another key, is still the one that was looked at. */
async function record({ db, keyring, now }: RenewDeps, account: Account, finding: Finding): Promise<Recorded> {
  const recorded = await recordFinding(db, account, finding, now())
  if (recorded.isStored) return recorded
  const present = await readAccount(db, account.id)
  if (!present || !isSameToken(keyring, present, account)) return recorded
  return recordFinding(db, { ...account, sealedToken: present.sealedToken }, finding, now())
}

function isSameToken(keyring: Keyring, ...rows: [Account, Account]): boolean {
  try {
    const [one, other] = rows.map(({ id, sealedToken }) => keyring.open(sealedToken, { owner: id, field: 'token' }))
    return one?.reveal() === other?.reveal()
  } catch {
    return false
  }
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

async function ask(deps: RenewDeps, account: Account, listener: Listener): Promise<Finding> {
  const { keyring, adapters } = deps
  try {
    const token = keyring.open(account.sealedToken, { owner: account.id, field: 'token' })
    const { credential } = adapters[account.platform]
    const found = await credential.check(token, AbortSignal.timeout(CALL_MS), listener)
    if (found.accountRef !== account.accountRef) return OTHER_ACCOUNT
    const facts = await inspect(deps, account, { token, listener })
    if (facts?.isValid === false) return { kind: 'dead', code: facts.code ?? '190', note: 'The token is not valid' }
    const ownerRef = facts?.ownerRef ?? found.ownerRef
    return { kind: 'works', ...(ownerRef && { ownerRef }), ...(facts && { facts }) }
  } catch (error) {
    return findingOf(error)
  }
}

const OTHER_ACCOUNT: Finding = { kind: 'refused', code: 'other_account', note: 'The token belongs to another account' }

/** What the platform says of a token that works, once an hour. That it does not say takes nothing away from the token. */
async function inspect(
  { adapters, now }: RenewDeps,
  account: Account,
  { token, listener }: { token: Secret; listener: Listener },
): Promise<TokenFacts | undefined> {
  const { credential } = adapters[account.platform]
  if (!credential.inspect || !isTimeToInspect(account, now())) return undefined
  return credential.inspect(token, AbortSignal.timeout(CALL_MS), listener).catch(() => undefined)
}

/** The first look of every hour; at once when nothing is known yet, or when the token comes back from the dead. */
function isTimeToInspect(account: Account, at: Date): boolean {
  const { scopes, tokenCheckedAt } = account
  if (scopes === null || tokenCheckedAt === null || isDead(account)) return true
  const hourOf = (time: Date) => Math.floor(time.getTime() / INSPECT_EVERY_MS)
  return hourOf(at) !== hourOf(tokenCheckedAt)
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
