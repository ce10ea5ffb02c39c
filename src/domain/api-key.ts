import { AppError } from './errors.ts'
import { may, type Permission, type Reach, type Scope, scopes } from './identity.ts'
import type { AccountId, ApiKeyId } from './ids.ts'

/** A key of one kind of installation is refused in the other, so that a test never meets real people by mistake. */
export type KeyEnvironment = 'live' | 'test'

const prefixes: Record<KeyEnvironment, string> = { live: 'cs_live_', test: 'cs_test_' }
/** 320 random bits, of which the hint tells 36. */
const SHAPE = /^cs_(live|test)_[\w-]{54}$/
const HINT_CHARS = 6
const DAY_MS = 86_400_000
/** After this long a key ought to make room for a fresh one. */
const DAYS_MAX: Record<KeyEnvironment, number> = { live: 90, test: 30 }

export interface ApiKey {
  id: ApiKeyId
  name: string
  environment: KeyEnvironment
  scopes: readonly Scope[]
  /** Null for all accounts. */
  accountIds: readonly AccountId[] | null
  expiresAt: Date | null
  revokedAt: Date | null
}

/** Which keys an installation takes: one that was made for another kind opens nothing. */
export function environmentOf({ appEnv }: { appEnv: string }): KeyEnvironment {
  return appEnv === 'production' ? 'live' : 'test'
}

/** The text of a key with these random characters. */
export function keyText(environment: KeyEnvironment, random: string): string {
  return `${prefixes[environment]}${random}`
}

/** For which kind of installation a key was made; undefined for what is no key. */
export function environmentIn(text: string): KeyEnvironment | undefined {
  const [, word] = SHAPE.exec(text) ?? []
  return word === 'live' || word === 'test' ? word : undefined
}

export function hintOf(text: string): string {
  return text.slice(0, prefixes.live.length + HINT_CHARS)
}

export function isUsable({ revokedAt, expiresAt }: Pick<ApiKey, 'revokedAt' | 'expiresAt'>, at: Date): boolean {
  return revokedAt === null && (expiresAt === null || expiresAt > at)
}

/**
 * A key may what its scopes say, and never more than a program may: rows can be edited, this file cannot. The record tells of
 * all accounts, so a key that is kept to some does not read it.
 */
export function keyMay(key: Pick<ApiKey, 'scopes' | 'accountIds'>, permission: Permission): boolean {
  if (permission === 'audit' && key.accountIds !== null) return false
  return key.scopes.some((scope) => scope === permission) && may('service', permission)
}

export function reachOfKey({ accountIds }: Pick<ApiKey, 'accountIds'>): Reach {
  return accountIds ?? 'all'
}

/** Throws `invalid_input` for what is no scope; without any a key would be good for nothing. */
export function scopesIn(words: readonly string[]): Scope[] {
  const found = scopes.filter((scope) => words.includes(scope))
  if (found.length === 0 || words.some((word) => !scopes.some((scope) => scope === word))) {
    throw new AppError('invalid_input', `A key is given one or more of ${scopes.join(', ')}`, { field: 'scopes' })
  }
  return found
}

/** When a key ought to have been replaced. */
export function rotationDueAt({ environment, createdAt }: { environment: KeyEnvironment; createdAt: Date }): Date {
  return new Date(createdAt.getTime() + DAYS_MAX[environment] * DAY_MS)
}
