import { appendAudit } from '#db/audit.ts'
import { inTransaction } from '#db/client.ts'
import { endSession, findSession, touchSession } from '#db/sessions.ts'
import type { OperatorId, SessionId } from '#src/domain/ids.ts'
import { isFullySignedIn, sessionLife } from '#src/domain/session.ts'
import { renewTokens } from './refresh.ts'
import { aboutOperator, type Session, type SessionDeps, type SessionTokens } from './session.ts'

const TOUCH_EVERY_MS = 60_000

/** Who is at this browser at this instant, with new tokens when the old ones gave way to them. */
export function createSessionOf(deps: SessionDeps) {
  const checkSession = createCheckSession(deps)
  /** What an access ticket leads to, if it still leads anywhere. */
  const byTicket = async (access: string, touch: boolean) => {
    const ticket = await deps.tickets.read('access', access)
    const session = ticket && (await checkSession(ticket.sid as SessionId, { touch }))
    return session?.operator.id === ticket?.sub ? session : undefined
  }
  return async (
    { access, refresh }: Partial<SessionTokens>,
    { touch } = { touch: true },
  ): Promise<{ session: Session; renewed?: SessionTokens } | undefined> => {
    const known = access ? await byTicket(access, touch) : undefined
    if (known) return { session: known }
    const renewal = refresh ? await renewTokens(deps, refresh) : undefined
    const session = renewal && (await checkSession(renewal.sessionId, { touch }))
    return session && { session, renewed: renewal.tokens }
  }
}

/** The session if it is alive: not after sign-out, twelve idle hours, seven days, or when the operator was disabled. */
export function createCheckSession({ db, isFactorRequired, now }: SessionDeps) {
  return async (id: SessionId, { touch } = { touch: false }): Promise<Session | undefined> => {
    const at = now()
    const row = await findSession(db, id, { at, idleSince: new Date(at.getTime() - sessionLife.idleMs) })
    const hasFactor = row?.factorSince != null
    if (!row || !isFullySignedIn({ hasFactor, factorAt: row.factorAt }, isFactorRequired)) return undefined
    // A write per minute is enough to know who is idle.
    if (touch && at.getTime() - row.lastSeenAt.getTime() >= TOUCH_EVERY_MS) await touchSession(db, id, at)
    const { sessionId, operatorId, name, email, role, confirmedAt, keys } = row
    return { sessionId, operator: { id: operatorId, name, email, role }, confirmedAt, hasFactor, keys }
  }
}

/** Ends the session at once, for every process. Safe to repeat. */
export function createSignOut({ db, publish, now }: SessionDeps) {
  return async ({ sessionId: id, operatorId }: { sessionId: SessionId; operatorId: OperatorId }): Promise<void> => {
    await inTransaction(db, async (tx) => {
      const at = now()
      if (!(await endSession(tx, { id, operatorId }, at))) return
      await appendAudit(tx, aboutOperator('operator.signed_out', { by: operatorId, operatorId, at }))
    })
    publish({ topic: 'sessions', id: operatorId })
  }
}
