/*
 * A passkey in the place of a code: after the password, and where somebody proves once more who they are. Whatever is wrong with one
 * is told with the same words, after the same steps: the question is taken, the passkey looked up, its signature checked against a
 * key of nobody's when there is none. How wrong ones slow the next try down is as with codes, and counted with them.
 */
import { appendAudit } from '#db/audit.ts'
import { inTransaction, type Transaction } from '#db/client.ts'
import { findOperator, type OperatorRow } from '#db/operators.ts'
import { countPasskeys, listPasskeys, lockPasskey, notePasskeyUse, type PasskeyRow } from '#db/passkeys.ts'
import { confirmSession } from '#db/sessions.ts'
import { AppError } from '#src/domain/errors.ts'
import type { OperatorId, PasskeyId } from '#src/domain/ids.ts'
import { isCounterBack } from '#src/domain/passkey.ts'
import { textHash } from '#src/vault/hash.ts'
import { checkAssertion, readAssertion, requestOptions } from '#src/vault/passkeys.ts'
import { admit, type Browser, type Entered, throttleKeys } from './enter.ts'
import { type Asking, askFor, siteOf, whatWasAsked } from './passkey-challenge.ts'
import { type Refusal, raiseCopied, refuse } from './passkey-refusal.ts'
import { asKnown, keyOf } from './passkeys.ts'
import { bearerOf, createStep } from './second-step.ts'
import { aboutOperator, type Session, type SessionDeps } from './session.ts'
import { countTry, FACTOR_DELAY_MS, forgiveTries } from './throttle.ts'

const REFUSED = 'This passkey was not taken; try again, or use a code'

export function createPasskeyProof(deps: SessionDeps) {
  return {
    /** Whether the bearer of a ticket, in front of the question for a code, could answer with a passkey. */
    takesPasskey: async (ticket: string): Promise<boolean> => {
      const step = deps.passkeySite && (await createStep(deps)(ticket))
      return step?.kind === 'code' && (await countPasskeys(deps.db, step.operator.id)) > 0
    },

    /** Throws `unauthenticated` with the field `ticket` for a sign-in that is too old. */
    askPasskey: async (ticket: string) => {
      const { id } = await bearerOf(deps, ticket, 'code')
      return ask(deps, { purpose: 'sign_in', within: ticket }, id)
    },

    askConfirmation: ({ sessionId, operator }: Session) =>
      ask(deps, { purpose: 'confirmation', within: sessionId }, operator.id),

    enterPasskey: createEnterPasskey(deps),
    confirmByPasskey: createConfirmByPasskey(deps),
  }
}

async function ask(deps: SessionDeps, asking: Asking, operatorId: OperatorId) {
  const site = siteOf(deps)
  const known = (await listPasskeys(deps.db, operatorId)).map(asKnown)
  return requestOptions(site, { challenge: await askFor(deps, asking, operatorId), known })
}

/** Throws `unauthenticated` for whatever is no right answer, with the field `ticket` when it is not about the passkey. */
function createEnterPasskey(deps: SessionDeps) {
  const { db, pepper, now } = deps
  return async ({ ticket, answer, address, agent }: { ticket: string; answer: string } & Browser): Promise<Entered> => {
    const operator = await bearerOf(deps, ticket, 'code')
    const { id: operatorId } = operator
    const keys = throttleKeys(['factor', operatorId], address, pepper)
    await countTry(db, keys, now(), FACTOR_DELAY_MS)
    const asking = { purpose: 'sign_in', within: ticket } as const
    const tokens = await answered(deps, { operator, asking, answer }, async (tx) => {
      await forgiveTries(tx, keys)
      return admit(tx, deps, { operatorId, agent, factor: 'passkey' })
    })
    if (tokens) return { kind: 'in', operatorId, tokens }
    throw new AppError('unauthenticated', REFUSED, { field: 'passkey' })
  }
}

/** Throws `invalid_input` when it is no proof, or `rate_limited`. */
function createConfirmByPasskey(deps: SessionDeps) {
  const { db, pepper, now } = deps
  return async ({ session, answer, address }: { session: Session; answer: string; address: string }): Promise<void> => {
    const { id: operatorId } = session.operator
    const keys = throttleKeys(['confirm', operatorId], address, pepper)
    await countTry(db, keys, now(), FACTOR_DELAY_MS)
    const operator = await findOperator(db, operatorId)
    const asking = { purpose: 'confirmation', within: session.sessionId } as const
    const isProven =
      operator &&
      (await answered(deps, { operator, asking, answer }, async (tx) => {
        const at = now()
        await forgiveTries(tx, keys)
        await confirmSession(tx, session.sessionId, { confirmedAt: at })
        const detail = { with: 'passkey' }
        await appendAudit(tx, aboutOperator('operator.confirmed', { by: operatorId, operatorId, detail, at }))
        return true
      }))
    if (!isProven) throw new AppError('invalid_input', REFUSED, { field: 'proof' })
  }
}

interface Given {
  operator: OperatorRow
  asking: Asking
  answer: string
}

/** Goes on with what the passkey is for, in one transaction with its use; undefined when it is refused. */
async function answered<T>(deps: SessionDeps, given: Given, goOn: (tx: Transaction) => Promise<T>) {
  const { operator } = given
  const end = await inTransaction(deps.db, async (tx) => {
    const reason = await judge(tx, deps, given)
    return reason ? { reason } : { done: await goOn(tx) }
  })
  if (end.reason === 'counter') {
    deps.tellSecurity?.({ event: 'passkey.counter_back', operatorId: operator.id })
    deps.publish({ topic: 'alerts', id: operator.id })
  }
  return end.done
}

/** Uses the passkey of this answer; answers why it is refused, when it is. */
async function judge(tx: Transaction, deps: SessionDeps, { operator, asking, answer }: Given) {
  const [at, site] = [deps.now(), siteOf(deps)]
  const { id: operatorId } = operator
  const isChallenge = await whatWasAsked(tx, deps, asking)
  const assertion = readAssertion(answer)
  const passkey = await lockPasskey(tx, textHash(assertion?.id ?? ''))
  const publicKey = passkey && publicKeyOf(deps, passkey, operatorId)
  const signCount = assertion && (await checkAssertion(assertion, { site, isChallenge, publicKey }))
  const reason = faultIn({ passkey, publicKey, signCount })
  const about = { operatorId, purpose: asking.purpose }
  if (reason) await refuse(tx, { ...about, reason, ...(publicKey && passkey && { passkey: passkey.id }) }, at)
  else if (passkey) await noteUse(tx, { ...about, passkey: passkey.id, signCount: signCount ?? 0 }, at)
  if (passkey && reason === 'counter') await raiseCopied(tx, passkey, operator.name, at)
  return reason
}

interface Use {
  operatorId: OperatorId
  purpose: Asking['purpose']
  passkey: PasskeyId
  signCount: number
}

async function noteUse(tx: Transaction, { operatorId, purpose, passkey, signCount }: Use, at: Date): Promise<void> {
  await notePasskeyUse(tx, passkey, signCount, at)
  const detail = { for: purpose, passkey }
  await appendAudit(tx, aboutOperator('operator.passkey_used', { by: operatorId, operatorId, detail, at }))
}

interface Judged {
  passkey: PasskeyRow | undefined
  publicKey: string | undefined
  signCount: number | undefined
}

function faultIn({ passkey, publicKey, signCount }: Judged): Refusal['reason'] | undefined {
  if (!passkey || !publicKey) return 'unknown'
  if (signCount === undefined) return 'answer'
  return isCounterBack(passkey.signCount, signCount) ? 'counter' : undefined
}

/** Undefined when it is another operator's, in its row or in what was sealed there, or when nothing of ours was. */
function publicKeyOf({ keyring }: SessionDeps, passkey: PasskeyRow, operatorId: OperatorId): string | undefined {
  if (passkey.operatorId !== operatorId) return undefined
  try {
    const [owner, publicKey] = keyring.open(passkey.sealedKey, keyOf(passkey.id)).reveal().split(' ')
    return owner === operatorId ? publicKey : undefined
  } catch {
    return undefined
  }
}
