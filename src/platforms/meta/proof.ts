import { createHmac } from 'node:crypto'
import type { Secret } from '#src/vault/secret.ts'

/**
 * Shows that a token is used by its own app, as an app can demand of every call. It stands in the query, where it is
 * worth nothing without the token. https://developers.facebook.com/docs/graph-api/guides/secure-requests
 */
export function proofOf(token: Secret, appSecret: Secret): string {
  return createHmac('sha256', appSecret.reveal()).update(token.reveal()).digest('hex')
}
