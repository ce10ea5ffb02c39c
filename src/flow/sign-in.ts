/*
 * Who is at the console. A session is an opaque token in the browser and its keyed hash here; every request reads session
 * and operator anew, so signing out and losing a right take effect at once. The first operator is made through a one-time
 * link and by no other way; once there is an operator, links open nothing any more.
 */
import { appendAudit } from '#db/audit.ts'
import { inTransaction } from '#db/client.ts'
import { findOperatorByEmail } from '#db/operators.ts'
import { AppError } from '#src/domain/errors.ts'
import type { OperatorId } from '#src/domain/ids.ts'
import { keyedHash } from '#src/vault/hash.ts'
import { checkPassword } from '#src/vault/passwords.ts'
import type { Secret } from '#src/vault/secret.ts'
import { createSessionOf, createSignOut, openSession, type SessionDeps } from './session.ts'
import { createIsSetupOpen, createMakeSetupLink, createSetUp, PASSWORD_MAX } from './set-up.ts'
import { countTry, forgiveTries } from './throttle.ts'

/** Everything about being signed in, for the console and for the command line. */
export function createSignIn(deps: SessionDeps) {
  return {
    makeSetupLink: createMakeSetupLink(deps),
    isSetupOpen: createIsSetupOpen(deps),
    setUp: createSetUp(deps),
    signIn: createEnter(deps),
    sessionOf: createSessionOf(deps),
    signOut: createSignOut(deps),
  }
}

/** Throws `unauthenticated` without saying whether the person exists, or `rate_limited` with the instant of the next try. */
function createEnter(deps: SessionDeps) {
  const { db, pepper, now } = deps
  return async ({ email, password, address }: { email: string; password: string; address: string }) => {
    const operator = await findOperatorByEmail(db, email.trim())
    const keys = throttleKeys({ who: operator?.id ?? email.trim().toLowerCase(), address }, pepper)
    await countTry(db, keys, now())
    const matches = await checkPassword(acceptable(password), operator?.passwordHash, pepper)
    if (!operator || !matches || operator.disabledAt) return refuse(deps, operator?.id)
    return inTransaction(db, async (tx) => {
      const at = now()
      await forgiveTries(tx, keys)
      const token = await openSession(tx, { operatorId: operator.id, pepper, at })
      await appendAudit(tx, {
        action: 'operator.signed_in',
        actor: { kind: 'operator', id: operator.id },
        subject: { kind: 'operator', id: operator.id },
        detail: {},
        at,
      })
      return { token, operatorId: operator.id }
    })
  }
}

/** By the operator's id where there is one: the database takes `ádá@…` for `ada@…`, and so must the count. */
function throttleKeys({ who, address }: { who: string; address: string }, pepper: Secret): string[] {
  return [`account:${who}`, `address:${address}`].map((key) => keyedHash(pepper, key))
}

/** An over-long password is wrong, never cut: the empty one matches nobody and takes as long. */
function acceptable(password: string): string {
  return [...password].length <= PASSWORD_MAX ? password : ''
}

async function refuse({ db, now }: SessionDeps, operatorId: OperatorId | undefined): Promise<never> {
  const id = operatorId ?? 'unknown'
  await inTransaction(db, (tx) =>
    appendAudit(tx, {
      action: 'operator.sign_in_refused',
      actor: { kind: 'operator', id },
      subject: { kind: 'operator', id },
      detail: {},
      at: now(),
    }),
  )
  throw new AppError('unauthenticated', 'This e-mail and password do not match')
}
