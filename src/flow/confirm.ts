import { appendAudit } from '#db/audit.ts'
import { inTransaction } from '#db/client.ts'
import { findOperator } from '#db/operators.ts'
import { confirmSession } from '#db/sessions.ts'
import { AppError } from '#src/domain/errors.ts'
import type { OperatorId, SessionId } from '#src/domain/ids.ts'
import { checkPassword } from '#src/vault/passwords.ts'
import { tellRefusal, throttleKeys } from './enter.ts'
import { acceptable } from './person.ts'
import { useFactor } from './second-factor.ts'
import { aboutOperator, type SessionDeps } from './session.ts'
import { countTry, FACTOR_DELAY_MS, forgiveTries } from './throttle.ts'

interface Confirmation {
  session: { sessionId: SessionId; operator: { id: OperatorId } }
  /** The password, or a code of the app. */
  proof: string
  address: string
}

/** Whoever holds the session proves once more who they are. Throws `invalid_input` when it is no proof, or `rate_limited`. */
export function createConfirm(deps: SessionDeps) {
  const { db, pepper, now } = deps
  return async ({ session, proof, address }: Confirmation): Promise<void> => {
    const { id: operatorId } = session.operator
    const keys = throttleKeys(['confirm', operatorId], address, pepper)
    await countTry(db, keys, now(), FACTOR_DELAY_MS)
    const operator = await findOperator(db, operatorId)
    const isPassword = await checkPassword(acceptable(proof), operator?.passwordHash, pepper)
    const isProven = await inTransaction(db, async (tx) => {
      const at = now()
      const factor = isPassword || !operator ? undefined : await useFactor(tx, deps, { operator, code: proof, at })
      if (!isPassword && !factor) return false
      await forgiveTries(tx, keys)
      await confirmSession(tx, session.sessionId, { confirmedAt: at })
      const detail = { with: factor ?? 'password' }
      await appendAudit(tx, aboutOperator('operator.confirmed', { by: operatorId, operatorId, detail, at }))
      return true
    })
    if (isProven) return
    await tellRefusal(deps, 'operator.confirmation_refused', operatorId)
    throw new AppError('invalid_input', 'This is neither your password nor a fresh code', { field: 'proof' })
  }
}
