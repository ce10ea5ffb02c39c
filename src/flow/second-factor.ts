/*
 * An authenticator app as second factor. Its seed is sealed and bound to its operator's row; a code counts once, decided by the
 * database, so that two processes cannot both take it. Recovery codes are for the day on which the phone is lost.
 */
import { randomInt } from 'node:crypto'
import type { Transaction } from '#db/client.ts'
import type { OperatorRow } from '#db/operators.ts'
import { saveFactor, saveRecoveryCodes, takeRecoveryCode, takeStep } from '#db/second-factors.ts'
import { AppError } from '#src/domain/errors.ts'
import type { OperatorId } from '#src/domain/ids.ts'
import { keyedHash } from '#src/vault/hash.ts'
import { matchStep, newSeed, otpauthUri } from '#src/vault/totp.ts'
import type { SessionDeps } from './session.ts'

const RECOVERY_CODES = 10
const RECOVERY_LETTERS = 10
/** No letter that looks like another. */
const LETTERS = 'abcdefghjkmnpqrstvwxyz23456789'

type Tools = Pick<SessionDeps, 'pepper' | 'keyring'>

/** What a page shows of an app to be set up. The seed comes back with the form, sealed: nobody chooses one. */
export interface FactorOffer {
  sealedSeed: string
  /** For typing. */
  key: string
  /** For scanning. */
  uri: string
}

export function offerFactor({ keyring }: Tools, { id, email }: { id: OperatorId; email: string }): FactorOffer {
  const seed = newSeed()
  return { sealedSeed: keyring.seal(seed, offerFor(id)), key: seed.reveal(), uri: otpauthUri(seed, email) }
}

/** The same offer once more, after a code that did not fit. Throws `invalid_input` for one that is not ours. */
export function reopenOffer({ keyring }: Tools, { id, email }: { id: OperatorId; email: string }, sealedSeed: string) {
  const seed = openOffer({ keyring }, id, sealedSeed)
  return { sealedSeed, key: seed.reveal(), uri: otpauthUri(seed, email) }
}

/** Takes the offered app when the code is its own; answers the recovery codes, which nobody can read again. */
export async function takeOffer(
  tx: Transaction,
  { pepper, keyring }: Tools,
  { id, sealedSeed, code, at }: { id: OperatorId; sealedSeed: string; code: string; at: Date },
): Promise<string[]> {
  const seed = openOffer({ keyring }, id, sealedSeed)
  const step = matchStep(seed, code.replace(/\s/g, ''), { at, after: null })
  if (step === undefined)
    throw new AppError('invalid_input', 'This is not the code your app shows now', { field: 'code' })
  await saveFactor(tx, id, { totpSeed: keyring.seal(seed, seedOf(id)), totpSince: at, totpLastStep: step })
  return makeRecoveryCodes(tx, { pepper }, { id, at })
}

/** Ten new ones in the place of those before. */
export async function makeRecoveryCodes(
  tx: Transaction,
  { pepper }: Pick<Tools, 'pepper'>,
  { id, at }: { id: OperatorId; at: Date },
): Promise<string[]> {
  const codes = Array.from({ length: RECOVERY_CODES }, newRecoveryCode)
  await saveRecoveryCodes(
    tx,
    id,
    codes.map((code) => recoveryHash(pepper, id, code)),
    at,
  )
  return codes
}

/** Uses a code up, of the app or for recovery; undefined when it is neither, or was used before. */
export async function useFactor(
  tx: Transaction,
  { pepper, keyring }: Tools,
  { operator, code, at }: { operator: OperatorRow; code: string; at: Date },
): Promise<'app' | 'recovery_code' | undefined> {
  const { id, totpSeed, totpLastStep } = operator
  if (totpSeed === null) return undefined
  const given = code.toLowerCase().replace(/[\s-]/g, '')
  if (!/^\d{6}$/.test(given)) {
    return (await takeRecoveryCode(tx, id, recoveryHash(pepper, id, given), at)) ? 'recovery_code' : undefined
  }
  const step = matchStep(keyring.open(totpSeed, seedOf(id)), given, { at, after: totpLastStep })
  return step !== undefined && (await takeStep(tx, id, step)) ? 'app' : undefined
}

function openOffer({ keyring }: Pick<Tools, 'keyring'>, id: OperatorId, sealedSeed: string) {
  try {
    return keyring.open(sealedSeed, offerFor(id))
  } catch {
    throw new AppError('invalid_input', 'This page is too old; load it again', { field: 'seed' })
  }
}

function newRecoveryCode(): string {
  const letters = Array.from({ length: RECOVERY_LETTERS }, () => LETTERS[randomInt(LETTERS.length)]).join('')
  return `${letters.slice(0, 5)}-${letters.slice(5)}`
}

function recoveryHash(pepper: Tools['pepper'], id: OperatorId, code: string): string {
  return keyedHash(pepper, `recovery code of ${id}: ${code.replace('-', '')}`)
}

/** Where the seed lives, and where it only waits. */
const seedOf = (owner: OperatorId) => ({ owner, field: 'totp_seed' })
const offerFor = (owner: OperatorId) => ({ owner, field: 'totp_offer' })
