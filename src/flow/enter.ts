/*
 * The way in: the password, then the second factor where there is one or has to be one, then a session. Between the two a signed
 * ticket says that the password was right; it opens nothing but the next step.
 */
import { resolveAlert } from '#db/alerts.ts'
import { appendAudit } from '#db/audit.ts'
import { inTransaction, type Transaction } from '#db/client.ts'
import { findOperatorByEmail, type OperatorRow } from '#db/operators.ts'
import { AppError } from '#src/domain/errors.ts'
import type { OperatorId } from '#src/domain/ids.ts'
import { keyedHash, textHash } from '#src/vault/hash.ts'
import { checkPassword } from '#src/vault/passwords.ts'
import type { Secret } from '#src/vault/secret.ts'
import { acceptable } from './person.ts'
import { aboutOperator, openSession, type SessionDeps, type SessionTokens } from './session.ts'
import { countTry, forgiveTries } from './throttle.ts'

/** A browser that somebody signs in with. */
export interface Browser {
  address: string
  agent: string
}

/** How far somebody has come: in, or in front of a step for which the ticket stands. */
export type Entered =
  | { kind: 'in'; tokens: SessionTokens; operatorId: OperatorId }
  | { kind: 'code' | 'enrol'; ticket: string }

/** Throws `unauthenticated` without saying whether the person exists, or `rate_limited` with the instant of the next try. */
export function createEnter(deps: SessionDeps) {
  const { db, pepper, now } = deps
  return async ({
    email,
    password,
    address,
    agent,
  }: { email: string; password: string } & Browser): Promise<Entered> => {
    const operator = await findOperatorByEmail(db, email.trim())
    const keys = throttleKeys(['account', operator?.id ?? email.trim().toLowerCase()], address, pepper)
    await countTry(db, keys, now())
    const matches = await checkPassword(acceptable(password), operator?.passwordHash, pepper)
    if (!operator || !matches || operator.disabledAt) {
      await tellRefusal(deps, 'operator.sign_in_refused', operator?.id)
      throw new AppError('unauthenticated', 'This e-mail and password do not match')
    }
    return inTransaction(db, async (tx) => {
      await forgiveTries(tx, keys)
      return goOn(tx, deps, { operator, agent })
    })
  }
}

/** After the right password, or a link: where this leads. */
export async function goOn(
  tx: Transaction,
  deps: SessionDeps,
  { operator, agent }: { operator: OperatorRow; agent: string },
): Promise<Entered> {
  const { id: operatorId } = operator
  const step = stepOf(operator, deps)
  if (step) return { kind: step, ticket: await deps.tickets.sign('step', { sub: operatorId, sid: mark(operator) }) }
  return { kind: 'in', operatorId, tokens: await admit(tx, deps, { operatorId, agent, factor: 'none' }) }
}

export function stepOf({ totpSeed }: OperatorRow, { isFactorRequired }: SessionDeps): 'code' | 'enrol' | undefined {
  if (totpSeed !== null) return 'code'
  return isFactorRequired ? 'enrol' : undefined
}

/** A ticket is worth nothing once the password is another one. */
export function mark({ passwordHash }: OperatorRow): string {
  return textHash(passwordHash).slice(0, 32)
}

interface Admission {
  operatorId: OperatorId
  agent: string
  factor: 'none' | 'app' | 'recovery_code' | 'passkey'
}

export async function admit(tx: Transaction, deps: SessionDeps, { operatorId, agent, factor }: Admission) {
  const at = deps.now()
  const tokens = await openSession(tx, deps, { operatorId, agent, withFactor: factor !== 'none', at })
  await resolveAlert(tx, 'session_reused', operatorId, at)
  await appendAudit(tx, aboutOperator('operator.signed_in', { by: operatorId, operatorId, detail: { factor }, at }))
  return tokens
}

/** By the operator's id where there is one: the database takes `ádá@…` for `ada@…`, and so must the count. */
export function throttleKeys([what, who]: [what: string, who: string], address: string, pepper: Secret): string[] {
  return [`${what}:${who}`, `address:${address}`].map((key) => keyedHash(pepper, key))
}

type Refusal = 'operator.sign_in_refused' | 'operator.factor_refused' | 'operator.confirmation_refused'

export async function tellRefusal({ db, now }: SessionDeps, action: Refusal, who: OperatorId | undefined) {
  const operatorId = who ?? ('unknown' as OperatorId)
  await inTransaction(db, (tx) => appendAudit(tx, aboutOperator(action, { by: operatorId, operatorId, at: now() })))
}
