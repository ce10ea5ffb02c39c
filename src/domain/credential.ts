export const credentialStatuses = ['valid', 'expiring', 'expired', 'revoked'] as const
export type CredentialStatus = (typeof credentialStatuses)[number]

const DAY_MS = 86_400_000

/** Days before expiry on which an operator is told. */
export const ALERT_DAYS = [14, 7, 3, 1] as const

/** An Instagram token may be refreshed from this age on: https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login */
const REFRESH_AGE_MIN_MS = DAY_MS

/** Stands for the end of a token that has no date of one, such as a Page's: https://developers.facebook.com/documentation/facebook-login/guides/access-tokens/get-long-lived */
export const NO_EXPIRY = new Date('9999-12-31T00:00:00Z')

export function hasExpiry(expiresAt: Date): boolean {
  return expiresAt < NO_EXPIRY
}

export interface Credential {
  obtainedAt: Date
  expiresAt: Date
  revoked: boolean
}

export function credentialStatus({ expiresAt, revoked }: Credential, at: Date): CredentialStatus {
  if (revoked) return 'revoked'
  if (expiresAt <= at) return 'expired'
  return expiresAt.getTime() - at.getTime() <= ALERT_DAYS[0] * DAY_MS ? 'expiring' : 'valid'
}

/** The moment from which a token should be refreshed: half its life, moved by up to a tenth (`jitter` 0 to 1) so that accounts do not line up. */
export function renewAt({ obtainedAt, expiresAt }: Credential, jitter: number): Date {
  const life = expiresAt.getTime() - obtainedAt.getTime()
  const half = obtainedAt.getTime() + life * (0.45 + 0.1 * jitter)
  return new Date(Math.max(half, obtainedAt.getTime() + REFRESH_AGE_MIN_MS))
}

export function isRenewable(credential: Credential, at: Date): boolean {
  const age = at.getTime() - credential.obtainedAt.getTime()
  return !credential.revoked && credential.expiresAt > at && age >= REFRESH_AGE_MIN_MS
}

/** The smallest alert threshold that has been crossed, in days; undefined while none has. */
export function alertDay(expiresAt: Date, at: Date): number | undefined {
  const daysLeft = (expiresAt.getTime() - at.getTime()) / DAY_MS
  return ALERT_DAYS.filter((day) => daysLeft <= day).at(-1)
}
