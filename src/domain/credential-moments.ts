import { hasExpiry, renewAt } from './credential.ts'
import type { Platform } from './platform.ts'

/** A moment in the life of a token. */
export interface Moment {
  kind: 'obtained' | 'checked' | 'renewal' | 'data_access_end' | 'end'
  at: Date
}

interface Life {
  platform: Platform
  tokenObtainedAt: Date
  tokenExpiresAt: Date
  tokenCheckedAt: Date | null
  dataAccessExpiresAt: Date | null
  /** It is not used any more. */
  isDead: boolean
}

/** A Page's token is never renewed: https://developers.facebook.com/documentation/facebook-login/guides/access-tokens/get-long-lived */
const RENEWS = { instagram: true, messenger: false } as const satisfies Record<Platform, boolean>
const MIDDLE = 0.5

/** What has happened to a token and what is to come, in the order of time. What has no date is left out. */
export function momentsOf(life: Life): Moment[] {
  const { platform, tokenObtainedAt: obtainedAt, tokenExpiresAt: expiresAt, tokenCheckedAt, isDead } = life
  const { dataAccessExpiresAt: dataEnd } = life
  const moments: Moment[] = [{ kind: 'obtained', at: obtainedAt }]
  if (tokenCheckedAt) moments.push({ kind: 'checked', at: tokenCheckedAt })
  if (RENEWS[platform] && hasExpiry(expiresAt) && !isDead) {
    moments.push({ kind: 'renewal', at: renewAt({ obtainedAt, expiresAt, revoked: false }, MIDDLE) })
  }
  if (dataEnd && hasExpiry(dataEnd)) moments.push({ kind: 'data_access_end', at: dataEnd })
  if (hasExpiry(expiresAt)) moments.push({ kind: 'end', at: expiresAt })
  return moments.toSorted((a, b) => a.at.getTime() - b.at.getTime())
}
