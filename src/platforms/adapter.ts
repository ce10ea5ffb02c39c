import type { EndpointClass } from '#src/domain/limit.ts'
import type { Outcome } from '#src/domain/outbox.ts'
import type { Platform } from '#src/domain/platform.ts'
import type { ShownThread } from '#src/domain/reconcile.ts'
import type { Secret } from '#src/vault/secret.ts'

export interface PostToSend {
  accountRef: string
  recipientRef: string
  text: string
}

/** Nothing of this account, or of our whole app, may call the platform before `until`. */
export interface Pause {
  scope: 'account' | 'app'
  until: Date
  /** Such as `usage/95`, or the throttle's own code. */
  code: string
  /** Of the account only calls of this class wait; everything else of it may go on. */
  only?: EndpointClass
}

/** What a call came to, and what its answer asks us to leave alone, whether or not the call succeeded. */
export interface Answered {
  outcome: Outcome
  pauses: Pause[]
}

export interface Profile {
  name?: string
  username?: string
}

/** Whom a reading call is for, and who is told what its answer asks us to leave alone, also when the call fails. */
export interface Listener {
  accountRef: string
  hear(pause: Pause): void
}

/** What a platform must be able to do for us. Tokens are opened by the caller, for one call. */
export interface PlatformAdapter {
  platform: Platform
  /** One call, and what it came to; an answer of any kind is never thrown. */
  send(post: PostToSend, token: Secret, signal: AbortSignal): Promise<Answered>
  /** Undefined when the platform does not show this person. */
  profile(contactRef: string, token: Secret, signal: AbortSignal, listener: Listener): Promise<Profile | undefined>
  /**
   * The newest messages of the thread with this person; undefined when the platform does not show it. Changes nothing
   * there, waits for `pace` before every call, and throws what `credential` throws. Missing where it cannot be had.
   */
  readBack?(
    contactRef: string,
    token: Secret,
    signal: AbortSignal,
    listener: Listener & { pace(): Promise<void> },
  ): Promise<ShownThread | undefined>
  /** Both throw `credential_rejected`, `rate_limited` or `platform_unavailable`. */
  credential: {
    /** Without a listener while the account is not connected yet. `ownerRef`: its owner, by the app's own number. */
    check(
      token: Secret,
      signal: AbortSignal,
      listener?: Listener,
    ): Promise<{ accountRef: string; name: string; ownerRef?: string }>
    refresh(
      token: Secret,
      signal: AbortSignal,
      listener: Listener,
    ): Promise<{ token: Secret; expiresInSeconds: number }>
  }
}
