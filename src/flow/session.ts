/*
 * A session is a row; the browser holds two things that lead to it. The access ticket is signed, lasts ten minutes and names the
 * session. The refresh token is random, is used once and gives the next of both. Neither is believed by itself: every request
 * reads session and operator anew, so signing out and losing a right take effect at once.
 */
import { randomBytes } from 'node:crypto'
import type { Database, Transaction } from '#db/client.ts'
import { insertRefreshToken, insertSession } from '#db/sessions.ts'
import type { AuditAction, AuditEvent } from '#src/domain/audit.ts'
import type { Role } from '#src/domain/identity.ts'
import { newId, type OperatorId, type SessionId } from '#src/domain/ids.ts'
import type { KeyChoice } from '#src/domain/keys.ts'
import type { PasskeySite } from '#src/domain/passkey.ts'
import { browserOf, sessionLife } from '#src/domain/session.ts'
import type { Publish } from '#src/queues/live.ts'
import { keyedHash } from '#src/vault/hash.ts'
import type { Keyring } from '#src/vault/keyring.ts'
import type { Secret } from '#src/vault/secret.ts'
import type { Tickets } from '#src/vault/tickets.ts'

export interface SessionDeps {
  db: Database
  /** Keys the hashes of passwords, tokens and throttles; without it the tables help nobody to guess. */
  pepper: Secret
  /** Seals what authenticator apps count with. */
  keyring: Keyring
  tickets: Tickets
  /** Nobody gets further than the page that sets a second factor up, until they have one. */
  isFactorRequired: boolean
  /** Where passkeys are good; nowhere when absent. */
  passkeySite?: PasskeySite | undefined
  /** Hears of what is more than a mistake. */
  tellSecurity?: (said: { event: string; operatorId: OperatorId }) => void
  publish: Publish
  now: () => Date
}

export interface Session {
  sessionId: SessionId
  operator: { id: OperatorId; name: string; email: string; role: Role }
  confirmedAt: Date | null
  hasFactor: boolean
  keys: KeyChoice | null
}

/** What a browser keeps. */
export interface SessionTokens {
  access: string
  refresh: string
}

/** 256 random bits in a form that a cookie and a link can carry. */
export function newToken(): string {
  return randomBytes(32).toString('base64url')
}

interface Opening {
  operatorId: OperatorId
  /** As the browser names itself. */
  agent: string
  withFactor: boolean
  at: Date
}

export async function openSession(
  tx: Transaction,
  { pepper, tickets }: Pick<SessionDeps, 'pepper' | 'tickets'>,
  { operatorId, agent, withFactor, at }: Opening,
): Promise<SessionTokens> {
  const id = newId('session', at)
  const refresh = newToken()
  await insertSession(tx, {
    id,
    operatorId,
    agent: browserOf(agent),
    factorAt: withFactor ? at : null,
    confirmedAt: at,
    lastSeenAt: at,
    expiresAt: new Date(at.getTime() + sessionLife.wholeMs),
    createdAt: at,
  })
  await insertRefreshToken(tx, { tokenHash: keyedHash(pepper, refresh), sessionId: id, createdAt: at })
  return { access: await tickets.sign('access', { sub: operatorId, sid: id }), refresh }
}

interface About {
  by: OperatorId
  operatorId: OperatorId
  detail?: AuditEvent['detail']
  at: Date
}

/** What somebody did to an operator, most often to themselves. */
export function aboutOperator(action: AuditAction, { by, operatorId, detail = {}, at }: About): AuditEvent {
  return {
    action,
    actor: { kind: 'operator', id: by },
    subject: { kind: 'operator', id: operatorId },
    detail,
    at,
  }
}
