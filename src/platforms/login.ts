import type { Secret } from '#src/vault/secret.ts'

/** What somebody allowed us at a platform, for one account. */
export interface Grant {
  token: Secret
  /** `NO_EXPIRY` where the platform gives such tokens without an end. */
  expiresAt: Date
  /** What was allowed, where the platform says so along with the token. */
  scopes?: string[]
  /** Where the platform lets people choose among several: which one this is, and what they may do there. */
  page?: { accountRef: string; name: string; tasks: string[] }
}

/** How an account is connected by signing in at its platform. */
export interface PlatformLogin {
  /** The platform's page on which its owner says yes or no. */
  authorizeUrl(ask: { state: string; redirectUri: string }): string
  /**
   * Trades what came back for lasting tokens. Throws `platform_refused` when the platform does not take it, with its code as
   * `field`, or what `credential` of an adapter throws.
   */
  redeem(code: string, redirectUri: string, signal: AbortSignal): Promise<Grant[]>
}
