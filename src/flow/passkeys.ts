/*
 * Passkeys stand beside the authenticator app: whoever has one set up may answer with a passkey in its place, and the app with its
 * recovery codes stays as the way back. So no passkey is the last second factor as long as its app is there.
 */
import { resolveAlert } from '#db/alerts.ts'
import { appendAudit } from '#db/audit.ts'
import { inTransaction, isDuplicate, type Transaction } from '#db/client.ts'
import { lockOperator } from '#db/operators.ts'
import { countPasskeys, insertPasskey, listPasskeys, removePasskey, removePasskeysOf } from '#db/passkeys.ts'
import { endSessions } from '#db/sessions.ts'
import { AppError } from '#src/domain/errors.ts'
import { newId, type OperatorId, type PasskeyId } from '#src/domain/ids.ts'
import { PASSKEYS_MAX, passkeyName } from '#src/domain/passkey.ts'
import { keyedHash, textHash } from '#src/vault/hash.ts'
import { checkCreation, creationOptions, type NewCredential } from '#src/vault/passkeys.ts'
import { Secret } from '#src/vault/secret.ts'
import { askFor, siteOf, whatWasAsked } from './passkey-challenge.ts'
import { refuse } from './passkey-refusal.ts'
import { aboutOperator, type Session, type SessionDeps } from './session.ts'

export function createOwnPasskeys(deps: SessionDeps) {
  return {
    offerPasskey: createOffer(deps),
    addPasskey: createAdd(deps),
    removePasskey: createRemove(deps),
    /** Whether they could prove with one who they are. */
    hasPasskey: async ({ operator: { id } }: Session) =>
      deps.passkeySite !== undefined && (await countPasskeys(deps.db, id)) > 0,
  }
}

/** What a browser makes a passkey of. */
function createOffer(deps: SessionDeps) {
  const { db, pepper } = deps
  return async ({ sessionId, operator }: Session) => {
    const site = siteOf(deps)
    const { id, name, email } = operator
    const known = (await listPasskeys(db, id)).map(asKnown)
    const challenge = await askFor(deps, { purpose: 'adding', within: sessionId }, id)
    const handle = Buffer.from(keyedHash(pepper, `passkey owner ${id}`), 'hex').toString('base64url')
    return creationOptions(site, { challenge, user: { handle, name, email }, known })
  }
}

interface Addition {
  session: Session
  name: string
  /** As the browser gave it. */
  answer: string
}

/** Throws `invalid_input` for a name that is none and for an answer that is not right, `conflict` without an app or with too many. */
function createAdd(deps: SessionDeps) {
  const { db, now } = deps
  return async ({ session, name: given, answer }: Addition): Promise<void> => {
    const site = siteOf(deps)
    const { id: operatorId } = session.operator
    const name = passkeyName(given)
    if (!name) throw new AppError('invalid_input', 'Give it a name of at most 60 characters', { field: 'name' })
    const isMade = await inTransaction(db, async (tx) => {
      await requireRoom(tx, operatorId)
      const isChallenge = await whatWasAsked(tx, deps, { purpose: 'adding', within: session.sessionId })
      const made = await checkCreation(answer, { site, isChallenge })
      if (made) await keep(tx, deps, { made, name, operatorId })
      else await refuse(tx, { operatorId, purpose: 'adding', reason: 'answer' }, now())
      return made !== undefined
    }).catch((error: unknown) => {
      if (isDuplicate(error)) return false
      throw error
    })
    if (!isMade) throw new AppError('invalid_input', 'This passkey could not be added; please try again')
  }
}

async function requireRoom(tx: Transaction, operatorId: OperatorId): Promise<void> {
  const operator = await lockOperator(tx, operatorId)
  if (!operator || operator.totpSeed === null) {
    throw new AppError('conflict', 'Set up an authenticator app first: its codes are the way back')
  }
  if ((await countPasskeys(tx, operatorId)) >= PASSKEYS_MAX) {
    throw new AppError('conflict', `You have ${PASSKEYS_MAX} passkeys; remove one first`)
  }
}

interface Kept {
  made: NewCredential
  name: string
  operatorId: OperatorId
}

async function keep(tx: Transaction, { keyring, now }: SessionDeps, { made, name, operatorId }: Kept): Promise<void> {
  const at = now()
  const id = newId('passkey', at)
  const { credentialId: credentialRef, publicKey, signCount, transports } = made
  await insertPasskey(tx, {
    ...{ id, operatorId, name, credentialRef, credentialHash: textHash(credentialRef), signCount, transports },
    sealedKey: keyring.seal(new Secret(`${operatorId} ${publicKey}`), keyOf(id)),
    createdAt: at,
  })
  const detail = { passkey: id }
  await appendAudit(tx, aboutOperator('operator.passkey_added', { by: operatorId, operatorId, detail, at }))
}

/** Every other session ends: most often a device is lost. Throws `not_found` for one that is not theirs, `conflict` for the last second factor. */
function createRemove({ db, publish, now }: SessionDeps) {
  return async ({ session, id }: { session: Session; id: PasskeyId }): Promise<void> => {
    const { id: operatorId } = session.operator
    await inTransaction(db, async (tx) => {
      const at = now()
      const hasApp = (await lockOperator(tx, operatorId))?.totpSeed != null
      if (!(await removePasskey(tx, { id, operatorId }))) throw new AppError('not_found', 'There is no such passkey')
      if (!hasApp && (await countPasskeys(tx, operatorId)) === 0) {
        throw new AppError('conflict', 'It is your last second factor; set up another first')
      }
      await resolveAlert(tx, 'passkey_copied', id, at)
      await endSessions(tx, { operatorId, keep: session.sessionId }, at)
      const detail = { passkey: id }
      await appendAudit(tx, aboutOperator('operator.passkey_removed', { by: operatorId, operatorId, detail, at }))
    })
    publish({ topic: 'sessions', id: operatorId })
  }
}

/** All of an operator's, and what they were asked; answers how many there were. */
export async function takePasskeysAway(tx: Transaction, operatorId: OperatorId, at: Date): Promise<number> {
  const known = await listPasskeys(tx, operatorId)
  for (const { id } of known) await resolveAlert(tx, 'passkey_copied', id, at)
  await removePasskeysOf(tx, operatorId)
  return known.length
}

/** Where a key is sealed. */
export const keyOf = (owner: PasskeyId) => ({ owner, field: 'passkey' })

export function asKnown({ credentialRef, transports }: { credentialRef: string; transports: string[] }) {
  return { credentialId: credentialRef, transports }
}
