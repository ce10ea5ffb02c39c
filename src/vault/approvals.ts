import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto'
import { type Approval, approvalBytes, type Endorsement } from '#src/domain/review.ts'
import type { Secret } from './secret.ts'

/** Signs with a key that only the web process holds; the answer is base64. */
export function createApprovalSigner(privateKey: Secret): (signed: Approval | Endorsement) => string {
  const key = readPrivateKey(privateKey)
  return (signed) => sign(null, approvalBytes(signed), key).toString('base64')
}

/** Checks with the public half, which cannot sign. A malformed signature is just a wrong one. */
export function createApprovalChecker(
  publicKey: string,
): (signed: Approval | Endorsement, signature: string) => boolean {
  const key = readPublicKey(publicKey)
  return (signed, signature) => verify(null, approvalBytes(signed), key, Buffer.from(signature, 'base64'))
}

/** One-line base64 DER: PKCS #8 and SPKI. */
export function generateApprovalKeys(): { privateKey: string; publicKey: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519', {
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
    publicKeyEncoding: { type: 'spki', format: 'der' },
  })
  return { privateKey: privateKey.toString('base64'), publicKey: publicKey.toString('base64') }
}

/** Whether the text is an Ed25519 key of that half; the sending process must never be given the private one. */
export function isApprovalKey(text: string, half: 'private' | 'public'): boolean {
  try {
    const key = half === 'private' ? parsePrivateKey(text) : readPublicKey(text)
    return key.asymmetricKeyType === 'ed25519'
  } catch {
    return false
  }
}

export function readPrivateKey(text: Secret): KeyObject {
  return parsePrivateKey(text.reveal())
}

function parsePrivateKey(text: string): KeyObject {
  return createPrivateKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'pkcs8' })
}

export function readPublicKey(text: string): KeyObject {
  return createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' })
}
