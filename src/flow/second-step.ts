import { appendAudit } from '#db/audit.ts'
import { inTransaction } from '#db/client.ts'
import { findOperator, lockOperator, type OperatorRow } from '#db/operators.ts'
import { AppError } from '#src/domain/errors.ts'
import type { OperatorId } from '#src/domain/ids.ts'
import { admit, type Browser, type Entered, mark, stepOf, tellRefusal, throttleKeys } from './enter.ts'
import { type FactorOffer, offerFactor, reopenOffer, takeOffer, useFactor } from './second-factor.ts'
import { aboutOperator, type SessionDeps } from './session.ts'
import { countTry, FACTOR_DELAY_MS, forgiveTries } from './throttle.ts'

/** What the bearer of a ticket has to do next; nothing when the ticket is too old or never was ours. */
export function createStep(deps: SessionDeps) {
  return async (ticket: string): Promise<{ kind: 'code' | 'enrol'; operator: OperatorRow } | undefined> => {
    const read = await deps.tickets.read('step', ticket)
    const operator = read && (await findOperator(deps.db, read.sub as OperatorId))
    if (!operator || operator.disabledAt || mark(operator) !== read.sid) return undefined
    const kind = stepOf(operator, deps)
    return kind && { kind, operator }
  }
}

/** Throws `unauthenticated` for a code that is wrong or used up, with the field `ticket` when it is not about the code. */
export function createEnterCode(deps: SessionDeps) {
  const { db, pepper, now } = deps
  return async ({ ticket, code, address, agent }: { ticket: string; code: string } & Browser): Promise<Entered> => {
    const operator = await bearerOf(deps, ticket, 'code')
    const { id: operatorId } = operator
    const keys = throttleKeys(['factor', operatorId], address, pepper)
    await countTry(db, keys, now(), FACTOR_DELAY_MS)
    const tokens = await inTransaction(db, async (tx) => {
      const factor = await useFactor(tx, deps, { operator, code, at: now() })
      if (!factor) return undefined
      await forgiveTries(tx, keys)
      return admit(tx, deps, { operatorId, agent, factor })
    })
    if (tokens) return { kind: 'in', operatorId, tokens }
    await tellRefusal(deps, 'operator.factor_refused', operatorId)
    throw new AppError('unauthenticated', 'This code is not right, or was used before', { field: 'code' })
  }
}

/** The app that somebody may set up on the way in; with a sealed seed, the one that was offered before. */
export function createOfferOnTheWay(deps: SessionDeps) {
  return async (ticket: string, sealedSeed?: string): Promise<FactorOffer> => {
    const operator = await bearerOf(deps, ticket, 'enrol')
    return sealedSeed ? reopenOffer(deps, operator, sealedSeed) : offerFactor(deps, operator)
  }
}

export function createEnrolOnTheWay(deps: SessionDeps) {
  const { db, now } = deps
  return async (input: { ticket: string; sealedSeed: string; code: string; agent: string }) => {
    const { ticket, sealedSeed, code, agent } = input
    const { id: operatorId } = await bearerOf(deps, ticket, 'enrol')
    return inTransaction(db, async (tx) => {
      const at = now()
      // Of two who come with the same ticket, one is in front of a code now.
      if ((await lockOperator(tx, operatorId))?.totpSeed != null) throw tooLate()
      const recoveryCodes = await takeOffer(tx, deps, { id: operatorId, sealedSeed, code, at })
      const tokens = await admit(tx, deps, { operatorId, agent, factor: 'app' })
      await appendAudit(tx, aboutOperator('operator.factor_added', { by: operatorId, operatorId, at }))
      return { tokens, operatorId, recoveryCodes }
    })
  }
}

export async function bearerOf(deps: SessionDeps, ticket: string, kind: 'code' | 'enrol'): Promise<OperatorRow> {
  const step = await createStep(deps)(ticket)
  if (step?.kind === kind) return step.operator
  throw tooLate()
}

function tooLate(): AppError {
  return new AppError('unauthenticated', 'This took too long; please begin again', { field: 'ticket' })
}
