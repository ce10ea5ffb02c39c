import { randomBytes } from 'node:crypto'
import { appendAudit } from '#db/audit.ts'
import { type Database, inTransaction, type Transaction } from '#db/client.ts'
import { endSession, findSession, insertSession, touchSession } from '#db/sessions.ts'
import type { Role } from '#src/domain/identity.ts'
import { newId, type OperatorId, type SessionId } from '#src/domain/ids.ts'
import { keyedHash } from '#src/vault/hash.ts'
import type { Secret } from '#src/vault/secret.ts'

const HOUR_MS = 3_600_000
const IDLE_MS = 12 * HOUR_MS
const LIFE_MS = 7 * 24 * HOUR_MS
const TOUCH_EVERY_MS = 60_000

export interface SessionDeps {
  db: Database
  /** Keys the hashes of passwords, tokens and throttles; without it the tables help nobody to guess. */
  pepper: Secret
  now: () => Date
}

export interface Session {
  sessionId: SessionId
  operator: { id: OperatorId; name: string; email: string; role: Role }
}

/** 256 random bits in a form that a cookie and a link can carry. */
export function newToken(): string {
  return randomBytes(32).toString('base64url')
}

/** Answers the token for the browser; only its keyed hash is kept. */
export async function openSession(
  tx: Transaction,
  { operatorId, pepper, at }: { operatorId: OperatorId; pepper: Secret; at: Date },
): Promise<string> {
  const token = newToken()
  await insertSession(tx, {
    id: newId('session', at),
    operatorId,
    tokenHash: keyedHash(pepper, token),
    lastSeenAt: at,
    expiresAt: new Date(at.getTime() + LIFE_MS),
    createdAt: at,
  })
  return token
}

/** Who this token stands for at this instant: nobody after sign-out, twelve idle hours, seven days, or when the operator was disabled. */
export function createSessionOf({ db, pepper, now }: SessionDeps) {
  return async (token: string, { touch } = { touch: true }): Promise<Session | undefined> => {
    const at = now()
    const tokenHash = keyedHash(pepper, token)
    const row = await findSession(db, tokenHash, { at, idleSince: new Date(at.getTime() - IDLE_MS) })
    if (!row) return undefined
    // A write per minute is enough to know who is idle.
    if (touch && at.getTime() - row.lastSeenAt.getTime() >= TOUCH_EVERY_MS) await touchSession(db, tokenHash, at)
    const { sessionId, operatorId: id, name, email, role } = row
    return { sessionId, operator: { id, name, email, role } }
  }
}

/** Ends the session at once, for every process. Safe to repeat. */
export function createSignOut({ db, pepper, now }: SessionDeps) {
  return async ({ token, operatorId }: { token: string; operatorId: OperatorId }): Promise<void> => {
    await inTransaction(db, async (tx) => {
      const at = now()
      if (!(await endSession(tx, keyedHash(pepper, token), at))) return
      await appendAudit(tx, {
        action: 'operator.signed_out',
        actor: { kind: 'operator', id: operatorId },
        subject: { kind: 'operator', id: operatorId },
        detail: {},
        at,
      })
    })
  }
}
