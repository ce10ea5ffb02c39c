import { saveSubscription } from '#db/accounts.ts'
import type { Database } from '#db/client.ts'
import type { AuditEvent } from '#src/domain/audit.ts'
import { NO_EXPIRY } from '#src/domain/credential.ts'
import { AppError } from '#src/domain/errors.ts'
import type { AccountId } from '#src/domain/ids.ts'
import type { ConnectedAccount } from '#src/domain/login.ts'
import { missingScopes } from '#src/domain/permission.ts'
import type { Platform } from '#src/domain/platform.ts'
import type { PlatformAdapter, TokenFacts } from '#src/platforms/adapter.ts'
import type { Publish } from '#src/queues/live.ts'
import type { Keyring } from '#src/vault/keyring.ts'
import type { Secret } from '#src/vault/secret.ts'
import { createConnect } from './connect.ts'

export interface ConnectTokenDeps {
  db: Database
  keyring: Keyring
  adapters: Record<Platform, Pick<PlatformAdapter, 'credential' | 'subscriptions'>>
  publish: Publish
  now: () => Date
}

export interface TokenToConnect {
  platform: Platform
  token: Secret
  /** The one account that this may be, where one was named, and how it is called. */
  only?: { accountRef: string; name?: string } | undefined
  /** What it is called here; the platform's own name for it when nobody says. */
  name?: string | undefined
  expiresAt?: Date | undefined
  scopes?: string[] | undefined
  by: AuditEvent['actor']
}

export type ConnectToken = ReturnType<typeof createConnectToken>

const DEADLINE_MS = 15_000
const NAME_MAX = 255
/** Longer ones would not fit sealed. */
const TOKEN = /^[\x21-\x7e]{8,2500}$/
/** Of a long-lived Instagram token: https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login */
const TOKEN_LIFE_MS = 60 * 86_400_000

/** Asks whose token it is and what it allows, connects that account, and has us told of what happens there. */
export function createConnectToken(deps: ConnectTokenDeps) {
  const { adapters, publish, now } = deps
  const connect = createConnect(deps)
  return async (given: TokenToConnect): Promise<ConnectedAccount & { accountRef: string }> => {
    const { platform, token, only, by } = given
    const adapter = adapters[platform]
    requireToken(token)
    const who = await adapter.credential.check(token, AbortSignal.timeout(DEADLINE_MS))
    if (only && only.accountRef !== who.accountRef) throw otherAccount(only, who)
    const facts = await inspect(adapter, token)
    const scopes = facts?.scopes ?? given.scopes
    const { accountId, isNew } = await connect({
      ...{ platform, token, by, scopes, accountRef: who.accountRef },
      name: given.name ?? who.name.slice(0, NAME_MAX),
      expiresAt: given.expiresAt ?? facts?.expiresAt ?? lifeOf(platform, now()),
      dataAccessExpiresAt: facts?.dataAccessExpiresAt,
      ...ownerIn(facts, who),
    })
    publish({ topic: 'accounts', id: accountId })
    publish({ topic: 'alerts', id: accountId })
    const isSubscribed = await subscribe(deps, adapter, { accountId, accountRef: who.accountRef, token })
    const missing = scopes ? missingScopes(platform, scopes).map(({ scope }) => scope) : []
    return { accountId, accountRef: who.accountRef, name: who.name, isNew, missing, isSubscribed }
  }
}

/** Whether a text could be a token; what is none must not be sent anywhere. */
export function isToken(text: string): boolean {
  return TOKEN.test(text)
}

function requireToken(token: Secret): void {
  if (!isToken(token.reveal())) throw new AppError('invalid_input', 'This is not an access token', { field: 'token' })
}

function otherAccount(only: { accountRef: string; name?: string }, who: { name: string }): AppError {
  const asked = only.name ?? only.accountRef
  return new AppError('conflict', `This token belongs to ${who.name}, not to ${asked}: nothing was changed`, {
    field: 'account',
  })
}

/** What the platform knows of the token. Only its own word that the token is dead ends the connecting; silence does not. */
async function inspect({ credential }: Pick<PlatformAdapter, 'credential'>, token: Secret) {
  const facts = await credential.inspect?.(token, AbortSignal.timeout(DEADLINE_MS)).catch(() => undefined)
  if (facts && !facts.isValid) {
    throw new AppError('credential_rejected', 'Meta says that this token is no longer valid', {
      field: facts.code ?? '',
    })
  }
  return facts
}

/** The end of a token of which nobody says when it ends. */
export function lifeOf(platform: Platform, at: Date): Date {
  return platform === 'messenger' ? NO_EXPIRY : new Date(at.getTime() + TOKEN_LIFE_MS)
}

function ownerIn(facts: TokenFacts | undefined, who: { ownerRef?: string }): { ownerRef?: string } {
  const ownerRef = facts?.ownerRef ?? who.ownerRef
  return ownerRef ? { ownerRef } : {}
}

interface Subscriber {
  accountId: AccountId
  accountRef: string
  token: Secret
}

/** The account is connected also when this fails; whoever looks at subscriptions later asks again. */
async function subscribe(
  { db, now }: ConnectTokenDeps,
  { subscriptions }: Pick<PlatformAdapter, 'subscriptions'>,
  { accountId, accountRef, token }: Subscriber,
): Promise<boolean> {
  if (!subscriptions) return true
  try {
    await subscriptions.subscribe(accountRef, token, AbortSignal.timeout(DEADLINE_MS))
  } catch {
    return false
  }
  await saveSubscription(db, accountId, subscriptions.needed, now())
  return true
}
