/*
 * Somebody is back from a platform's page. What guards this is the state: random, known here by its hash alone, good once,
 * for ten minutes, and only in the browser it was given to. Everything else that comes along is a stranger's word. Tokens
 * of Pages wait, sealed, until it is said which are meant; then, or after ten minutes, they are erased.
 */
import { type AccountLogin, clearLogins, endLogin, lockLoginByState, moveLogin } from '#db/account-logins.ts'
import { readAccount } from '#db/accounts.ts'
import { appendAudit } from '#db/audit.ts'
import { inTransaction, type Transaction } from '#db/client.ts'
import { AppError } from '#src/domain/errors.ts'
import type { LoginId } from '#src/domain/ids.ts'
import { type ConnectedAccount, LOGIN_LIFE_MS } from '#src/domain/login.ts'
import type { Platform } from '#src/domain/platform.ts'
import type { Grant } from '#src/platforms/login.ts'
import type { Keyring } from '#src/vault/keyring.ts'
import { type LoginDeps, loginHash, loginOf, redirectUri, type Visitor } from './begin-login.ts'
import type { ConnectToken } from './connect-token.ts'

export interface FinishDeps extends LoginDeps {
  keyring: Keyring
  connectToken: ConnectToken
  /** Hears of a state that was not in order. */
  tellSecurity: (said: { event: string; platform: Platform; reason: string }) => void
}

export interface Returned {
  platform: Platform
  state: string
  code?: string | undefined
  /** The platform's word for why there is no code. */
  error?: string | undefined
  visitor: Visitor
}

export type Finished =
  | { kind: 'connected'; loginId: LoginId; account: ConnectedAccount }
  | { kind: 'choose'; loginId: LoginId }
  /** The person said no. */
  | { kind: 'denied'; loginId: LoginId }

type StateFault = 'unknown' | 'foreign' | 'reused' | 'expired'

const DEADLINE_MS = 30_000

/** Throws `forbidden` for a state that is not in order, having stored nothing but that it came. */
export function createFinishLogin(deps: FinishDeps) {
  const { db, now } = deps
  return async (returned: Returned): Promise<Finished> => {
    const login = await takeState(deps, returned)
    await clearLogins(db, now())
    const refuse = (why: string) => endLogin(db, login.id, { connected: [], refused: [{ why }] }, now())
    if (returned.error === 'access_denied') {
      await refuse('The permission was not given')
      return { kind: 'denied', loginId: login.id }
    }
    try {
      return await redeem(deps, login, returned.code)
    } catch (thrown) {
      const error = AppError.from(thrown)
      await refuse(error.code === 'internal' ? 'Something went wrong; it is in the server’s log' : error.message)
      throw thrown
    }
  }
}

/** Whether this browser is the one that the login was begun in. */
export function isBoundTo(
  login: AccountLogin,
  { sessionId, linkCookie }: Visitor,
  { pepper }: Pick<LoginDeps, 'pepper'>,
) {
  const session = sessionId && loginHash(pepper, 'session', sessionId)
  const browser = linkCookie && loginHash(pepper, 'browser', linkCookie)
  return login.browserHash !== null && (login.browserHash === session || login.browserHash === browser)
}

async function takeState(deps: FinishDeps, returned: Returned): Promise<AccountLogin> {
  const { db, pepper, now, tellSecurity } = deps
  const { platform, state, visitor } = returned
  const taken = await inTransaction(db, async (tx) => {
    const login = await lockLoginByState(tx, loginHash(pepper, 'state', state))
    const fault = faultIn(login, returned, deps)
    if (login && !fault) {
      const expiresAt = new Date(now().getTime() + LOGIN_LIFE_MS)
      await moveLogin(tx, login.id, { from: 'asked', to: 'returned', expiresAt }, now())
      return { login }
    }
    await noteFault(tx, { login, visitor, platform, reason: fault ?? 'unknown' }, now())
    return { fault: fault ?? 'unknown' }
  })
  if ('login' in taken) return taken.login
  tellSecurity({ event: 'login.state_refused', platform, reason: taken.fault })
  throw new AppError('forbidden', 'This sign-in was not begun here, is over, or has been used', { field: 'state' })
}

function faultIn(login: AccountLogin | undefined, { platform, visitor }: Returned, deps: FinishDeps) {
  if (!login) return 'unknown'
  if (login.platform !== platform || !isBoundTo(login, visitor, deps)) return 'foreign'
  if (login.status !== 'asked') return 'reused'
  return login.expiresAt > deps.now() ? undefined : 'expired'
}

interface Fault {
  login: AccountLogin | undefined
  visitor: Visitor
  platform: Platform
  reason: StateFault
}

/** On the record when it concerns a login of ours or somebody who is signed in; a stranger's noise is for the log alone. */
async function noteFault(tx: Transaction, { login, visitor, platform, reason }: Fault, at: Date): Promise<void> {
  if (!login && !visitor.operatorId) return
  await appendAudit(tx, {
    action: 'login.refused',
    actor: { kind: 'operator', id: visitor.operatorId ?? 'unknown' },
    subject: { kind: 'login', id: login?.id ?? 'unknown' },
    detail: { platform, reason },
    at,
  })
}

async function redeem(deps: FinishDeps, login: AccountLogin, code: string | undefined): Promise<Finished> {
  const { publicUrl } = deps
  const { platform } = login
  if (!code) throw new AppError('platform_refused', 'Meta sent neither a code nor a reason')
  const grants = await loginOf(deps, platform).redeem(
    code,
    redirectUri(publicUrl, platform),
    AbortSignal.timeout(DEADLINE_MS),
  )
  const [first] = grants
  if (!first) throw new AppError('conflict', 'Facebook named no Page: either you run none, or you allowed us none')
  return first.page ? keepChoices(deps, login, grants) : connectOnly(deps, login, first)
}

async function connectOnly(deps: FinishDeps, login: AccountLogin, grant: Grant): Promise<Finished> {
  const { db, connectToken, now } = deps
  const asked = login.accountId ? await readAccount(db, login.accountId) : undefined
  const account = await connectToken({
    ...{ platform: login.platform, token: grant.token, expiresAt: grant.expiresAt, scopes: grant.scopes },
    only: asked,
    by: actorOf(login),
  })
  await endLogin(db, login.id, { connected: [account], refused: [] }, now())
  return { kind: 'connected', loginId: login.id, account }
}

async function keepChoices({ db, keyring, now }: FinishDeps, login: AccountLogin, grants: Grant[]): Promise<Finished> {
  const choices = grants.flatMap(({ page, token }) =>
    page ? [{ ...page, sealedToken: keyring.seal(token, choiceBinding(login.id, page.accountRef)) }] : [],
  )
  await moveLogin(db, login.id, { from: 'returned', to: 'choosing', choices }, now())
  return { kind: 'choose', loginId: login.id }
}

export function choiceBinding(owner: LoginId, accountRef: string) {
  return { owner, field: `choice ${accountRef}` }
}

export function actorOf({ operatorId }: AccountLogin) {
  return operatorId ? ({ kind: 'operator', id: operatorId } as const) : ({ kind: 'process', id: 'cli' } as const)
}
