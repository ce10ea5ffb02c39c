import type { PostId } from '#src/domain/ids.ts'
import type { CommentItem, EchoItem, MentionItem, MessageItem } from '#src/domain/inbox.ts'
import type { EndpointClass } from '#src/domain/limit.ts'
import type { Outcome, PostKind } from '#src/domain/outbox.ts'
import type { Platform } from '#src/domain/platform.ts'
import type { ShownThread } from '#src/domain/reconcile.ts'
import type { Secret } from '#src/vault/secret.ts'

export interface PostToSend {
  /** Ours; goes along where the platform hands such a thing back, so that its echo names its post. */
  postId: PostId
  accountRef: string
  kind: PostKind
  /** The contact of a message; otherwise the comment, or the post itself where that is what names us. */
  recipientRef: string
  /** The post a mention stands in or under; of no use to any other kind. */
  mediaRef?: string
  text: string
  /** The right by which a message goes out after the reply window. */
  tag?: 'HUMAN_AGENT'
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

/** What the platform says of a token. What it does not say is left out. */
export interface TokenFacts {
  isValid: boolean
  /** Why not, in the platform's own code, such as `190/460`. */
  code?: string
  scopes: string[]
  /** `NO_EXPIRY` when it says that there is no end. */
  expiresAt?: Date
  /** From then on it answers nothing about people until its owner has been seen again. */
  dataAccessExpiresAt?: Date
  /** Whoever gave it, by the app's own number. */
  ownerRef?: string
}

/** Something that was said, as the platform shows it. */
export interface Shown {
  item: MessageItem | EchoItem | CommentItem
  /** The webhook that would have told it, had it happened at `at`; platforms show times cut to the second. */
  asDelivery(at: Date): Uint8Array
}

/** The post, and the comment under it unless the post itself names the account. */
export interface MentionPlace {
  mediaRef: string
  commentRef?: string
}

/** `ours`: it stands under a post of the account's own, and is a comment like any other. */
export type MentionShown = { kind: 'ours' } | { kind: 'shown'; item: MentionItem } | { kind: 'hidden' }

/** What was said lately in an account. */
export interface Recent {
  /** Direct conversations, each oldest first. */
  threads: Shown[][]
  comments: Shown[]
  /** False when so much has happened that the older part of it was not read. */
  complete: boolean
}

/** What a platform must be able to do for us. Tokens are opened by the caller, for one call. */
export interface PlatformAdapter {
  platform: Platform
  /** One call, and what it came to; an answer of any kind is never thrown. */
  send(post: PostToSend, token: Secret, signal: AbortSignal): Promise<Answered>
  /** Undefined when the platform does not show this person. */
  profile(contactRef: string, token: Secret, signal: AbortSignal, listener: Listener): Promise<Profile | undefined>
  /**
   * What the platform shows where this post would be: the newest messages of the thread with the contact, or the replies under
   * the comment; undefined when it does not show that. A private reply names the contact here. Changes nothing
   * there, waits for `pace` before every call, and throws what `credential` throws. Missing where it cannot be had.
   */
  readBack?(
    sent: Pick<PostToSend, 'accountRef' | 'kind' | 'recipientRef'>,
    token: Secret,
    signal: AbortSignal,
    listener: Listener & { pace(): Promise<void> },
  ): Promise<ShownThread | undefined>
  /**
   * What was said in the account since, as far as the platform shows it; older things may be among it. Changes nothing there,
   * makes a bounded number of calls, waits for `pace` before each, and throws what `credential` throws.
   */
  recent?(
    wanted: { accountRef: string; since: Date },
    token: Secret,
    signal: AbortSignal,
    listener: Listener & { pace(): Promise<void> },
  ): Promise<Recent>
  /**
   * What stands where the platform named two ids to us, or one. Changes nothing there, makes a bounded number of calls, waits
   * for `pace` before each, and throws what `credential` throws. What the platform refuses to show is no error but `hidden`.
   */
  mention?(
    named: MentionPlace & { accountRef: string; at: Date },
    token: Secret,
    signal: AbortSignal,
    listener: Listener & { pace(): Promise<void> },
  ): Promise<MentionShown>
  /** All throw `credential_rejected`, `rate_limited` or `platform_unavailable`. */
  credential: {
    /** Without a listener while the account is not connected yet. `ownerRef`: its owner, by the app's own number. */
    check(
      token: Secret,
      signal: AbortSignal,
      listener?: Listener,
    ): Promise<{ accountRef: string; name: string; ownerRef?: string }>
    /** Missing where tokens cannot be renewed. */
    refresh?(
      token: Secret,
      signal: AbortSignal,
      listener: Listener,
    ): Promise<{ token: Secret; expiresInSeconds: number }>
    /** Missing where the platform tells nothing about tokens, or our app is not known well enough to ask. */
    inspect?(token: Secret, signal: AbortSignal, listener?: Listener): Promise<TokenFacts>
  }
  /** What of an account our app is told by webhook. Both throw what `credential` throws. Missing where there is no such choice. */
  subscriptions?: {
    /** The fields that the product lives on. */
    needed: readonly string[]
    /** Empty when our app is not subscribed at all. */
    read(accountRef: string, token: Secret, signal: AbortSignal, listener?: Listener): Promise<string[]>
    /** Asks for all that is needed; safe to repeat. */
    subscribe(accountRef: string, token: Secret, signal: AbortSignal, listener?: Listener): Promise<void>
  }
}
