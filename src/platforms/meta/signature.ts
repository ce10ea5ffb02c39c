import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { Secret } from '#src/vault/secret.ts'

export interface LabelledSecret {
  label: string
  secret: Secret
}

/** SHA-1 (`X-Hub-Signature`) is never enough. https://developers.facebook.com/docs/graph-api/webhooks/getting-started#validate-payloads */
const SIGNATURE = /^sha256=([0-9a-f]{64})$/

/**
 * Which secret signed these very bytes, if any. Parsing and serialising a body again changes it: Meta escapes what we would not.
 * Every secret is tried whatever matched before, so the time taken tells nothing.
 */
export function matchSignature(
  body: Uint8Array,
  header: string | undefined,
  secrets: readonly LabelledSecret[],
): { label: string; digest: string } | undefined {
  const digest = SIGNATURE.exec(header ?? '')?.[1]
  if (!digest) return undefined
  const claimed = Buffer.from(digest, 'hex')
  const matching = secrets.filter(({ secret }) => isSignedWith(body, claimed, secret))
  return matching[0] && { label: matching[0].label, digest }
}

/** An empty secret signs nothing: anybody knows it. */
function isSignedWith(body: Uint8Array, claimed: Uint8Array, secret: Secret): boolean {
  const key = secret.reveal()
  return timingSafeEqual(createHmac('sha256', key).update(body).digest(), claimed) && key !== ''
}

/** Compares a verify token that a stranger sent, in a time that tells nothing about ours. */
export function isVerifyToken(given: string, expected: Secret): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(expected.reveal())) && expected.reveal() !== ''
}
