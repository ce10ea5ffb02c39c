import { ALERT_DAYS, hasExpiry } from './credential.ts'
import { type DiagnosisCode, type Found, found } from './diagnoses.ts'
import { endingScopes, missingScopes } from './permission.ts'
import type { Platform } from './platform.ts'

/** How a question about the account was turned down. `code` is the platform's own, or the transport's. */
export interface Refusal {
  kind: 'refused' | 'waits' | 'silent'
  code?: string | undefined
}

/** What is known of an account. What nobody asked, or could ask, is absent. */
export interface AccountFacts {
  platform: Platform
  accountRef: string
  isDeauthorized: boolean
  isStopped: boolean
  stoppedReason?: string | null
  isReadable: boolean
  /** To the question whose token it is. */
  refusal?: Refusal | undefined
  /** Whose it said. */
  tokenOf?: string | undefined
  scopes?: readonly string[] | undefined
  expiresAt: Date
  dataAccessExpiresAt?: Date | undefined
  fields?: readonly string[] | undefined
  neededFields: readonly string[]
  /** To questions that a token which works may be refused: its messages, its webhooks. */
  refusals: readonly Refusal[]
}

const DAY_MS = 86_400_000

/**
 * https://developers.facebook.com/docs/graph-api/guides/error-handling
 * https://developers.facebook.com/documentation/business-messaging/messenger-platform/error-codes
 */
const refusedAs: Readonly<Record<string, DiagnosisCode>> = {
  '190/458': 'app_removed',
  '190/459': 'checkpoint',
  '190/460': 'password_changed',
  '190/463': 'token_expired',
  '190/464': 'checkpoint',
  '190/467': 'logged_out',
  '190/492': 'role_lost',
  '102': 'token_refused',
  '190': 'token_refused',
  '200/2534041': 'messages_off',
  '10/1893063': 'account_restricted',
  '10/2534077': 'page_not_linked',
  '100/2534013': 'page_not_linked',
  '100/2534029': 'account_restricted',
  '368': 'account_restricted',
  '613/2018338': 'account_restricted',
  '2022': 'account_restricted',
  '3': 'permission_refused',
  '10': 'permission_refused',
  '100/33': 'permission_refused',
}

/** A token that does not work hides everything behind it: then that is all there is to say. */
export function accountFaults(facts: AccountFacts, at: Date): Found[] {
  if (facts.isDeauthorized) return [found('deauthorized')]
  const stopped = facts.isStopped ? [found('account_stopped', facts.stoppedReason ?? undefined)] : []
  const dead = tokenFault(facts)
  return dead
    ? [...stopped, dead]
    : [...stopped, ...grantFaults(facts), ...lifeFaults(facts, at), ...fieldFaults(facts)]
}

function tokenFault({ isReadable, refusal, tokenOf, accountRef }: AccountFacts): Found | undefined {
  if (!isReadable) return found('token_unreadable')
  if (refusal) return refusalFault(refusal)
  return tokenOf !== undefined && tokenOf !== accountRef ? found('wrong_account', tokenOf) : undefined
}

function refusalFault({ kind, code }: Refusal): Found {
  if (kind === 'waits') return found('platform_waits', code)
  if (kind === 'silent') return found('platform_silent', code)
  return found(codeOf(code ?? ''), code)
}

function codeOf(code: string): DiagnosisCode {
  const number = code.split('/')[0] ?? ''
  const isPermission = Number(number) >= 200 && Number(number) <= 299
  return refusedAs[code] ?? refusedAs[number] ?? (isPermission ? 'permission_refused' : 'token_refused')
}

/** What was not granted is refused too, and by every question that needs it; that is one fault. */
function grantFaults({ platform, scopes, refusals }: AccountFacts): Found[] {
  const missing = scopes ? missingScopes(platform, scopes) : []
  const refused = new Map(refusals.map(refusalFault).map((fault) => [fault.code, fault]))
  if (missing.length === 0) return [...refused.values()]
  refused.delete('permission_refused')
  return [found('scope_missing', missing.map(({ scope, lack }) => `${scope}: ${lack}`).join(' ')), ...refused.values()]
}

function lifeFaults({ expiresAt, dataAccessExpiresAt, scopes = [] }: AccountFacts, at: Date): Found[] {
  const ends = endOf(expiresAt, at) === 'soon' ? [found('token_ends', dayOf(expiresAt))] : []
  if (!dataAccessExpiresAt || endingScopes(scopes).length === 0) return ends
  const data = endOf(dataAccessExpiresAt, at)
  if (data === undefined) return ends
  return [...ends, found(data === 'past' ? 'data_access_ended' : 'data_access_ends', dayOf(dataAccessExpiresAt))]
}

function endOf(end: Date, at: Date): 'past' | 'soon' | undefined {
  if (!hasExpiry(end)) return undefined
  if (end <= at) return 'past'
  return end.getTime() - at.getTime() <= ALERT_DAYS[0] * DAY_MS ? 'soon' : undefined
}

function dayOf(at: Date): string {
  return at.toISOString().slice(0, 10)
}

function fieldFaults({ fields, neededFields }: AccountFacts): Found[] {
  if (!fields) return []
  if (fields.length === 0) return [found('app_unsubscribed')]
  const missing = neededFields.filter((field) => !fields.includes(field))
  return missing.length === 0 ? [] : [found('field_unsubscribed', missing.join(', '))]
}
