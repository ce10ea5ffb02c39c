/*
 * Who may sign in, and as what. Nobody changes their own rights, and the last admin stays one: a house that nobody can open any
 * more helps nobody. Each change ends or re-judges what is open at once.
 */
import { appendAudit } from '#db/audit.ts'
import { type Database, inTransaction, type Transaction } from '#db/client.ts'
import { findOperatorByEmail, lockOperator, type OperatorRow } from '#db/operators.ts'
import {
  insertInvitation,
  listInvitations,
  listOperators,
  lockAdmins,
  revokeInvitation,
  revokeInvitationsFor,
  saveRights,
} from '#db/people.ts'
import { removeFactor } from '#db/second-factors.ts'
import { endSessions } from '#db/sessions.ts'
import type { AuditAction, AuditEvent } from '#src/domain/audit.ts'
import { AppError } from '#src/domain/errors.ts'
import { may, type Role } from '#src/domain/identity.ts'
import { type InvitationId, newId, type OperatorId } from '#src/domain/ids.ts'
import type { Publish } from '#src/queues/live.ts'
import { keyedHash } from '#src/vault/hash.ts'
import type { Secret } from '#src/vault/secret.ts'
import { takePasskeysAway } from './passkeys.ts'
import { checkedEmail } from './person.ts'
import { aboutOperator, newToken } from './session.ts'

export interface PeopleDeps {
  db: Database
  pepper: Secret
  publish: Publish
  now: () => Date
}

/** Who acts from the shell; the audit log names them by the door they came through. */
export const CLI = 'cli' as OperatorId

/** How long a link may wait to be opened. */
const JOIN_LIFE_MS = 72 * 3_600_000
const PASSWORD_LIFE_MS = 3_600_000

export interface Change {
  /** Who does it: an operator, or the command line. */
  by: OperatorId
  operatorId: OperatorId
}

export interface Link {
  token: string
  expiresAt: Date
}

export function createPeople(deps: PeopleDeps) {
  const { db, now } = deps
  const change = createChange(deps)
  return {
    listPeople: async () => ({ operators: await listOperators(db), invitations: await listInvitations(db, now()) }),
    invite: createInvite(deps),
    revokeInvitation: createRevoke(deps),

    changeRole: ({ role, ...who }: Change & { role: Role }) =>
      change(who, async (tx, operator) => {
        if (operator.role === role) return undefined
        await saveRights(tx, operator.id, { role })
        return { action: 'operator.role_changed', detail: { from: operator.role, to: role } }
      }),

    disable: (who: Change) =>
      change(who, async (tx, operator, at) => {
        if (operator.disabledAt) return undefined
        await saveRights(tx, operator.id, { disabledAt: at })
        await endSessions(tx, { operatorId: operator.id }, at)
        return { action: 'operator.disabled' }
      }),

    enable: (who: Change) =>
      change(who, async (tx, operator) => {
        if (!operator.disabledAt) return undefined
        await saveRights(tx, operator.id, { disabledAt: null })
        return { action: 'operator.enabled' }
      }),

    endSessionsOf: (who: Change) =>
      change(who, async (tx, operator, at) => {
        const count = await endSessions(tx, { operatorId: operator.id }, at)
        return count > 0 ? { action: 'operator.sessions_ended', detail: { count } } : undefined
      }),

    /** For somebody who lost phone and recovery codes; passkeys go too. They sign in with the password and set up another app. */
    resetFactor: (who: Change) =>
      change(who, async (tx, operator, at) => {
        const passkeys = await takePasskeysAway(tx, operator.id, at)
        if (!(await removeFactor(tx, operator.id)) && passkeys === 0) return undefined
        await endSessions(tx, { operatorId: operator.id }, at)
        return { action: 'operator.factor_reset', detail: { passkeys } }
      }),

    makePasswordLink: createPasswordLink(deps),
  }
}

interface Done {
  action: AuditAction
  detail?: AuditEvent['detail']
}

/** Runs one change of an operator under its lock, on the record; what changes nothing leaves no entry. */
function createChange({ db, publish, now }: PeopleDeps) {
  return async (
    { by, operatorId }: Change,
    work: (tx: Transaction, operator: OperatorRow, at: Date) => Promise<Done | undefined>,
  ): Promise<void> => {
    if (by === operatorId) throw new AppError('forbidden', 'Nobody changes their own rights', { field: 'self' })
    await inTransaction(db, async (tx) => {
      const at = now()
      await lockAdmins(tx)
      await requireRight(tx, by)
      const operator = await lockOperator(tx, operatorId)
      if (!operator) throw new AppError('not_found', 'There is no such operator')
      const done = await work(tx, operator, at)
      if (!done) return
      await requireAdminLeft(tx, operator)
      await appendAudit(
        tx,
        aboutOperator(done.action, { by, operatorId, at, ...(done.detail && { detail: done.detail }) }),
      )
    })
    publish({ topic: 'sessions', id: operatorId })
  }
}

/** Looked at under the lock: of two who disable each other only one is still an admin. Whoever has the command line needs no right. */
async function requireRight(tx: Transaction, by: OperatorId): Promise<void> {
  if (by === CLI) return
  const operator = await lockOperator(tx, by)
  if (operator && !operator.disabledAt && may(operator.role, 'people')) return
  throw new AppError('forbidden', 'You may not change who may do what any more', { field: 'role' })
}

/** Somebody who was an admin may not have been the last. */
async function requireAdminLeft(tx: Transaction, { name, role, disabledAt }: OperatorRow): Promise<void> {
  const wasAdmin = role === 'admin' && disabledAt === null
  if (!wasAdmin || (await lockAdmins(tx)).length > 0) return
  throw new AppError('conflict', `${name} is the last admin; make somebody else one first`)
}

/** A link by which somebody becomes an operator; an earlier one for the same address opens nothing any more. */
function createInvite({ db, pepper, now }: PeopleDeps) {
  return async ({ by, role, ...given }: { by: OperatorId; email: string; role: Role }): Promise<Link> => {
    const email = checkedEmail(given.email)
    const token = newToken()
    const expiresAt = new Date(now().getTime() + JOIN_LIFE_MS)
    await inTransaction(db, async (tx) => {
      const at = now()
      if (await findOperatorByEmail(tx, email)) {
        throw new AppError('conflict', 'There is an operator with this e-mail already', { field: 'email' })
      }
      await revokeInvitationsFor(tx, email, at)
      const id = newId('invitation', at)
      const tokenHash = keyedHash(pepper, token)
      await insertInvitation(tx, { id, tokenHash, kind: 'join', email, role, invitedBy: by, expiresAt, createdAt: at })
      await appendAudit(tx, aboutInvitation('operator.invited', { by, id, detail: { role }, at }))
    })
    return { token, expiresAt }
  }
}

function createRevoke({ db, now }: PeopleDeps) {
  return async ({ by, id }: { by: OperatorId; id: InvitationId }): Promise<void> => {
    await inTransaction(db, async (tx) => {
      const at = now()
      if (!(await revokeInvitation(tx, id, at))) throw new AppError('conflict', 'This invitation is not open any more')
      await appendAudit(tx, aboutInvitation('operator.invitation_revoked', { by, id, detail: {}, at }))
    })
  }
}

/** A link by which an operator sets a new password: nobody else chooses it, and the second factor stays. */
function createPasswordLink({ db, pepper, now }: PeopleDeps) {
  return async ({ by, operatorId }: Change): Promise<Link> => {
    const token = newToken()
    const expiresAt = new Date(now().getTime() + PASSWORD_LIFE_MS)
    await inTransaction(db, async (tx) => {
      const at = now()
      const operator = await lockOperator(tx, operatorId)
      if (!operator) throw new AppError('not_found', 'There is no such operator')
      if (operator.disabledAt) throw new AppError('conflict', 'This operator is disabled; enable them first')
      const { email } = operator
      await revokeInvitationsFor(tx, email, at)
      const row = { id: newId('invitation', at), tokenHash: keyedHash(pepper, token), operatorId, expiresAt }
      await insertInvitation(tx, { ...row, kind: 'password', email, invitedBy: by, createdAt: at })
      await appendAudit(tx, aboutOperator('operator.password_link_made', { by, operatorId, at }))
    })
    return { token, expiresAt }
  }
}

type AboutInvitation = { by: OperatorId; id: InvitationId; detail: AuditEvent['detail']; at: Date }

function aboutInvitation(action: AuditAction, { by, id, detail, at }: AboutInvitation): AuditEvent {
  return { action, actor: { kind: 'operator', id: by }, subject: { kind: 'invitation', id }, detail, at }
}
