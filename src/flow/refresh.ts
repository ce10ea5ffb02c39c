import { raiseAlert } from '#db/alerts.ts'
import { appendAudit } from '#db/audit.ts'
import { inTransaction, type Transaction } from '#db/client.ts'
import { findOperator } from '#db/operators.ts'
import { endSession, insertRefreshToken, lockRefreshToken, useRefreshToken } from '#db/sessions.ts'
import type { OperatorId, SessionId } from '#src/domain/ids.ts'
import { sessionLife } from '#src/domain/session.ts'
import { keyedHash } from '#src/vault/hash.ts'
import { aboutOperator, type SessionDeps, type SessionTokens } from './session.ts'

interface Renewal {
  sessionId: SessionId
  tokens: SessionTokens
}

/**
 * Trades a refresh token for the next. Tabs that come with the same one at the same time get the same next one. A used one that
 * comes later was copied: the session ends for whoever holds it, and people are told.
 */
export async function renewTokens(deps: SessionDeps, refresh: string): Promise<Renewal | undefined> {
  const { db, pepper, tickets, publish } = deps
  const renewed = await inTransaction(db, (tx) => rotate(tx, deps, refresh))
  if (!renewed) return undefined
  const { sessionId, operatorId } = renewed
  if (renewed.kind === 'ended') {
    publish({ topic: 'sessions', id: operatorId })
    publish({ topic: 'alerts', id: operatorId })
    return undefined
  }
  const access = await tickets.sign('access', { sub: operatorId, sid: sessionId })
  return { sessionId, tokens: { access, refresh: successorOf(refresh, pepper) } }
}

async function rotate(tx: Transaction, { pepper, now }: SessionDeps, refresh: string) {
  const tokenHash = keyedHash(pepper, refresh)
  const token = await lockRefreshToken(tx, tokenHash)
  if (!token) return undefined
  const at = now()
  const { sessionId, operatorId, usedAt } = token
  if (usedAt === null) {
    await useRefreshToken(tx, tokenHash, at)
    const next = keyedHash(pepper, successorOf(refresh, pepper))
    await insertRefreshToken(tx, { tokenHash: next, sessionId, createdAt: at })
  } else if (at.getTime() - usedAt.getTime() > sessionLife.graceMs) {
    return (await endFamily(tx, { id: sessionId, operatorId }, at)) && { kind: 'ended' as const, sessionId, operatorId }
  }
  return { kind: 'renewed' as const, sessionId, operatorId }
}

/** Follows from the token itself, so that it need not be kept for a tab that comes second; without the key nobody can tell it. */
function successorOf(refresh: string, pepper: SessionDeps['pepper']): string {
  return Buffer.from(keyedHash(pepper, `next refresh token ${refresh}`), 'hex').toString('base64url')
}

async function endFamily(tx: Transaction, family: { id: SessionId; operatorId: OperatorId }, at: Date) {
  if (!(await endSession(tx, family, at))) return undefined
  const { operatorId } = family
  const operator = await findOperator(tx, operatorId)
  await raiseAlert(tx, {
    kind: 'session_reused',
    subject: operatorId,
    severity: 'critical',
    text: `A sign-in of ${operator?.name ?? 'somebody'} was used from two places, so it was ended.`,
    at,
  })
  const detail = { session: family.id }
  await appendAudit(tx, aboutOperator('operator.session_reused', { by: operatorId, operatorId, detail, at }))
  return true
}
