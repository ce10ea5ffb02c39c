import { setTimeout as sleep } from 'node:timers/promises'
import type { Account } from '#db/accounts.ts'
import type { AccountFacts, Refusal } from '#src/domain/account-exam.ts'
import { hasExpiry } from '#src/domain/credential.ts'
import { AppError } from '#src/domain/errors.ts'
import { newId } from '#src/domain/ids.ts'
import type { Platform } from '#src/domain/platform.ts'
import { neededFields } from '#src/domain/subscription.ts'
import { slotRequest } from '#src/limits/scopes.ts'
import type { Limiter } from '#src/limits/slots.ts'
import type { PlatformAdapter, TokenFacts } from '#src/platforms/adapter.ts'
import type { MetaQuestions } from '#src/platforms/meta/questions.ts'
import type { Keyring } from '#src/vault/keyring.ts'
import type { Secret } from '#src/vault/secret.ts'

export interface AskDeps {
  adapters: Record<Platform, PlatformAdapter>
  keyring: Keyring
  meta: Pick<MetaQuestions, 'readMessages'>
  metaAppSecret?: Secret | undefined
  /** Missing while Redis is away: then nobody else calls, and a look waits so long that two in a row stay under the limit. */
  limiter?: Pick<Limiter, 'reserve'> | undefined
  now: () => Date
}

export type AskAccount = (account: Account) => Promise<AccountFacts>

const CALL_MS = 8000
/** Reading messages waits this long for its slot. */
const NEAR_SLOT_MS = 3000
const UNLIMITED_WAIT_MS = 1000

/** What the sending process last found and wrote down. */
export function keptFacts(account: Account): AccountFacts {
  const { credentialStatus, tokenError, subscribedFields } = account
  const expired = credentialStatus === 'expired' ? '190/463' : undefined
  const code = credentialStatus === 'revoked' ? (tokenError ?? '190') : expired
  return {
    ...ownFacts(account),
    refusal: code ? { kind: 'refused', code } : undefined,
    fields: subscribedFields ?? undefined,
  }
}

function ownFacts(account: Account): AccountFacts {
  const { platform, accountRef, sealedToken, deauthorizedAt, dataAccessExpiresAt } = account
  return {
    platform,
    accountRef,
    isDeauthorized: sealedToken === '' && deauthorizedAt !== null,
    isStopped: account.stoppedAt !== null,
    stoppedReason: account.stoppedReason,
    isReadable: true,
    scopes: account.scopes ?? undefined,
    neededFields: neededFields[platform],
    expiresAt: account.tokenExpiresAt,
    dataAccessExpiresAt: dataAccessExpiresAt ?? undefined,
    refusals: [],
  }
}

/** Asks the platform at once, with the account's own token. Changes nothing there, and nothing here. */
export function createAskAccount(deps: AskDeps): AskAccount {
  return async (account) => {
    const own = ownFacts(account)
    if (own.isDeauthorized) return own
    const token = open(deps, account)
    if (!token) return { ...own, isReadable: false }
    const { credential } = deps.adapters[account.platform]
    const who = await asked(() => credential.check(token, AbortSignal.timeout(CALL_MS)))
    if ('refusal' in who) return { ...own, refusal: who.refusal }
    const facts = { ...own, tokenOf: who.value.accountRef }
    return facts.tokenOf === account.accountRef ? { ...facts, ...(await askMore(deps, account, token)) } : facts
  }
}

function open({ keyring }: AskDeps, { id, sealedToken }: Account): Secret | undefined {
  try {
    return keyring.open(sealedToken, { owner: id, field: 'token' })
  } catch {
    return undefined
  }
}

/** What a token that works may do, and what the account's people are told. */
async function askMore(deps: AskDeps, account: Account, token: Secret): Promise<Partial<AccountFacts>> {
  const { credential, subscriptions } = deps.adapters[account.platform]
  const signal = () => AbortSignal.timeout(CALL_MS)
  const [looked, fields, messages] = await Promise.all([
    asked(async () => credential.inspect?.(token, signal())),
    asked(async () => subscriptions?.read(account.accountRef, token, signal())),
    asked(() => readMessages(deps, account, token)),
  ])
  const facts = 'value' in looked ? looked.value : undefined
  return {
    ...(facts && tokenFacts(facts, account)),
    ...('value' in fields && { fields: fields.value }),
    refusals: [looked, fields, messages]
      .flatMap((answer) => ('refusal' in answer ? [answer.refusal] : []))
      .filter(isOfAccount),
  }
}

function tokenFacts({ isValid, code, scopes, expiresAt, dataAccessExpiresAt }: TokenFacts, account: Account) {
  return {
    scopes,
    // A Page's token has no end here unless Meta names one.
    expiresAt: expiresAt && hasExpiry(expiresAt) ? expiresAt : account.tokenExpiresAt,
    ...(dataAccessExpiresAt && { dataAccessExpiresAt }),
    ...(!isValid && { refusal: { kind: 'refused' as const, code: code ?? '190' } }),
  }
}

/** What only says that our app is not known well enough is the app's own fault, and told there. */
function isOfAccount({ code = '' }: Refusal): boolean {
  return !code.startsWith('app/') && code !== 'app_unknown'
}

async function readMessages({ limiter, meta, metaAppSecret, now }: AskDeps, account: Account, token: Secret) {
  const call = { platform: account.platform, endpointClass: 'read', accountId: account.id } as const
  const slot = await limiter?.reserve(slotRequest(newId('event', now()), call))
  const ms = slot ? slot.getTime() - now().getTime() : UNLIMITED_WAIT_MS
  if (ms > NEAR_SLOT_MS) throw new AppError('rate_limited', 'No slot is near', slot && { until: slot })
  if (ms > 0) await sleep(ms)
  await meta.readMessages(account, { token, appSecret: metaAppSecret }, AbortSignal.timeout(CALL_MS))
}

async function asked<T>(ask: () => Promise<T>): Promise<{ value: T } | { refusal: Refusal }> {
  try {
    return { value: await ask() }
  } catch (error) {
    const { code, field } = AppError.from(error)
    const kind = code === 'credential_rejected' ? 'refused' : code === 'rate_limited' ? 'waits' : 'silent'
    return { refusal: { kind, code: field } }
  }
}
