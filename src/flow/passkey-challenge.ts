/*
 * A browser is asked to sign something random, and signs it together with our name. What was asked is known here by its hash alone,
 * under what it is asked for and the session or the sign-in it is asked in: an answer is good there, once, for five minutes. Every
 * answer uses the question up, a wrong one too.
 */

import type { Transaction } from '#db/client.ts'
import { saveChallenge, takeChallenge } from '#db/passkeys.ts'
import { AppError } from '#src/domain/errors.ts'
import type { OperatorId } from '#src/domain/ids.ts'
import { CHALLENGE_LIFE_MS } from '#src/domain/passkey.ts'
import { isSameHash, keyedHash } from '#src/vault/hash.ts'
import { newToken, type SessionDeps } from './session.ts'

/** In what somebody is asked for a passkey. */
export interface Asking {
  purpose: 'adding' | 'sign_in' | 'confirmation'
  /** The session, or the ticket of the sign-in. */
  within: string
}

type Tools = Pick<SessionDeps, 'db' | 'pepper' | 'now'>

/** Something new to sign. */
export async function askFor({ db, pepper, now }: Tools, asking: Asking, operatorId: OperatorId): Promise<string> {
  const at = now()
  const challenge = newToken()
  await saveChallenge(db, {
    askedHash: askedHash(pepper, asking),
    challengeHash: keyedHash(pepper, `passkey challenge ${challenge}`),
    operatorId,
    expiresAt: new Date(at.getTime() + CHALLENGE_LIFE_MS),
    createdAt: at,
  })
  return challenge
}

/** What an answer has to hold; nothing does when nothing was asked, or too long ago. */
export async function whatWasAsked(tx: Transaction, { pepper, now }: Omit<Tools, 'db'>, asking: Asking) {
  const known = await takeChallenge(tx, askedHash(pepper, asking), now())
  return (given: string) => isSameHash(keyedHash(pepper, `passkey challenge ${given}`), known ?? '')
}

/** Throws `conflict` where browsers make no passkeys. */
export function siteOf({ passkeySite }: Pick<SessionDeps, 'passkeySite'>) {
  if (!passkeySite) throw new AppError('conflict', 'Passkeys need https and a name in PUBLIC_URL')
  return passkeySite
}

function askedHash(pepper: Tools['pepper'], { purpose, within }: Asking): string {
  return keyedHash(pepper, `passkey for ${purpose} in ${within}`)
}
