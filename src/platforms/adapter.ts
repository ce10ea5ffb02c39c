import type { Outcome } from '#src/domain/outbox.ts'
import type { Platform } from '#src/domain/platform.ts'
import type { Secret } from '#src/vault/secret.ts'

export interface PostToSend {
  accountRef: string
  recipientRef: string
  text: string
}

export interface Profile {
  name?: string
  username?: string
}

/** What a platform must be able to do for us. Tokens are opened by the caller, for one call. */
export interface PlatformAdapter {
  platform: Platform
  /** One call, and what it came to; an answer of any kind is never thrown. */
  send(post: PostToSend, token: Secret, signal: AbortSignal): Promise<Outcome>
  /** Undefined when the platform does not show this person. */
  profile(contactRef: string, token: Secret, signal: AbortSignal): Promise<Profile | undefined>
  /** Both throw `credential_rejected` or `platform_unavailable`. */
  credential: {
    check(token: Secret, signal: AbortSignal): Promise<{ accountRef: string; name: string }>
    refresh(token: Secret, signal: AbortSignal): Promise<{ token: Secret; expiresInSeconds: number }>
  }
}
