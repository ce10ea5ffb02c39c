import { createPublicKey, sign, verify } from 'node:crypto'
import { type Checkpoint, checkpointBytes, type SignedCheckpoint } from '#src/domain/audit.ts'
import { readPrivateKey, readPublicKey } from './approvals.ts'
import type { Secret } from './secret.ts'

type IsSigned = (checkpoint: SignedCheckpoint) => boolean

/** Signs with a key that only the web process holds; it can check its own signatures, and those of the keys before it. */
export function createCheckpointSigner(privateKey: Secret, formerKeys: readonly string[] = []) {
  const key = readPrivateKey(privateKey)
  const own = createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64')
  return {
    sign: (checkpoint: Checkpoint): string => sign(null, checkpointBytes(checkpoint), key).toString('base64'),
    isSigned: createCheckpointChecker([own, ...formerKeys]),
  }
}

/** By any of the keys: an older one still stands for what it signed. A malformed signature is just a wrong one. */
export function createCheckpointChecker(publicKeys: readonly string[]): IsSigned {
  const keys = publicKeys.map(readPublicKey)
  return (checkpoint) => {
    const signature = Buffer.from(checkpoint.signature, 'base64')
    return keys.some((key) => verify(null, checkpointBytes(checkpoint), key, signature))
  }
}
