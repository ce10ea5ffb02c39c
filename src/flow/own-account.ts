import { appendAudit } from '#db/audit.ts'
import { inTransaction } from '#db/client.ts'
import { findOperator, lockOperator, type OperatorRow, savePassword } from '#db/operators.ts'
import { listPasskeys } from '#db/passkeys.ts'
import { countRecoveryCodes } from '#db/second-factors.ts'
import { confirmSession, endSession, endSessions, listSessions } from '#db/sessions.ts'
import { AppError } from '#src/domain/errors.ts'
import type { SessionId } from '#src/domain/ids.ts'
import { sessionLife } from '#src/domain/session.ts'
import { checkPassword, hashPassword } from '#src/vault/passwords.ts'
import { tellRefusal, throttleKeys } from './enter.ts'
import { createOwnPasskeys } from './passkeys.ts'
import { acceptable, checkPasswordChoice } from './person.ts'
import { makeRecoveryCodes, offerFactor, reopenOffer, takeOffer } from './second-factor.ts'
import { aboutOperator, type Session, type SessionDeps } from './session.ts'
import { countTry, FACTOR_DELAY_MS, forgiveTries } from './throttle.ts'

/** What an operator sees of their own way in, and changes of it. */
export function createOwnAccount(deps: SessionDeps) {
  return {
    readOwn: createReadOwn(deps),
    changePassword: createChangePassword(deps),
    ...createOwnFactor(deps),
    ...createOwnSessions(deps),
    ...createOwnPasskeys(deps),
  }
}

function createReadOwn({ db, passkeySite, now }: SessionDeps) {
  return async ({ operator: { id } }: Session) => {
    const at = now()
    const row = await findOperator(db, id)
    return {
      factorSince: row?.totpSince ?? null,
      recoveryCodesLeft: await countRecoveryCodes(db, id),
      passkeys: passkeySite && (await listPasskeys(db, id)),
      sessions: await listSessions(db, id, { at, idleSince: new Date(at.getTime() - sessionLife.idleMs) }),
    }
  }
}

interface PasswordChange {
  session: Session
  current: string
  password: string
  address: string
}

/** Needs the current one; every other session ends. Throws `invalid_input` with the field at fault. */
function createChangePassword(deps: SessionDeps) {
  const { db, pepper, publish, now } = deps
  return async ({ session, current, password, address }: PasswordChange): Promise<void> => {
    const { id: operatorId } = session.operator
    const keys = throttleKeys(['confirm', operatorId], address, pepper)
    await countTry(db, keys, now(), FACTOR_DELAY_MS)
    const operator = await findOperator(db, operatorId)
    if (!(await checkPassword(acceptable(current), operator?.passwordHash, pepper))) {
      await tellRefusal(deps, 'operator.confirmation_refused', operatorId)
      throw new AppError('invalid_input', 'This is not your current password', { field: 'current' })
    }
    checkPasswordChoice(password, session.operator)
    if (password === current)
      throw new AppError('invalid_input', 'This is the password you have', { field: 'password' })
    const passwordHash = await hashPassword(password, pepper)
    await inTransaction(db, async (tx) => {
      const at = now()
      await forgiveTries(tx, keys)
      await savePassword(tx, operatorId, passwordHash)
      await endSessions(tx, { operatorId, keep: session.sessionId }, at)
      await confirmSession(tx, session.sessionId, { confirmedAt: at })
      await appendAudit(tx, aboutOperator('operator.password_changed', { by: operatorId, operatorId, at }))
    })
    publish({ topic: 'sessions', id: operatorId })
  }
}

function createOwnFactor(deps: SessionDeps) {
  const { db, publish, now } = deps
  return {
    /** A new app; with a sealed seed, the one that was offered before. */
    offerOwnFactor: async ({ operator }: Session, sealedSeed?: string) =>
      sealedSeed ? reopenOffer(deps, operator, sealedSeed) : offerFactor(deps, operator),

    /** From now on this app is asked for; every other session ends. */
    async enrolOwn({ session, sealedSeed, code }: { session: Session; sealedSeed: string; code: string }) {
      const { id } = session.operator
      const recoveryCodes = await inTransaction(db, async (tx) => {
        const at = now()
        await lockOperator(tx, id)
        const codes = await takeOffer(tx, deps, { id, sealedSeed, code, at })
        await endSessions(tx, { operatorId: id, keep: session.sessionId }, at)
        await confirmSession(tx, session.sessionId, { confirmedAt: at, factorAt: at })
        await appendAudit(tx, aboutOperator('operator.factor_added', { by: id, operatorId: id, at }))
        return codes
      })
      publish({ topic: 'sessions', id })
      return recoveryCodes
    },

    /** Ten new recovery codes; those before open nothing any more. */
    async renewRecoveryCodes({ operator: { id } }: Session): Promise<string[]> {
      return inTransaction(db, async (tx) => {
        const at = now()
        const operator: OperatorRow | undefined = await lockOperator(tx, id)
        if (operator?.totpSeed == null) throw new AppError('conflict', 'There is no second factor to recover')
        const codes = await makeRecoveryCodes(tx, deps, { id, at })
        await appendAudit(tx, aboutOperator('operator.recovery_codes_made', { by: id, operatorId: id, at }))
        return codes
      })
    },
  }
}

function createOwnSessions({ db, publish, now }: SessionDeps) {
  return {
    /** One of their own, or without an id all but this one. */
    async endOwnSessions({ session, id }: { session: Session; id?: SessionId }): Promise<void> {
      const { id: operatorId } = session.operator
      const ended = await inTransaction(db, async (tx) => {
        const at = now()
        const count = id
          ? Number(await endSession(tx, { id, operatorId }, at))
          : await endSessions(tx, { operatorId, keep: session.sessionId }, at)
        if (count === 0) return 0
        const detail = { count }
        await appendAudit(tx, aboutOperator('operator.sessions_ended', { by: operatorId, operatorId, detail, at }))
        return count
      })
      if (ended === 0 && id) throw new AppError('not_found', 'There is no such session')
      publish({ topic: 'sessions', id: operatorId })
    },
  }
}
