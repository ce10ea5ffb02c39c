import { appendAudit } from '#db/audit.ts'
import { inTransaction, isDuplicate, type Transaction } from '#db/client.ts'
import { insertOperator, lockOperator, type OperatorRow, savePassword } from '#db/operators.ts'
import { findInvitation, type InvitationRow, takeInvitation } from '#db/people.ts'
import { endSessions } from '#db/sessions.ts'
import { AppError } from '#src/domain/errors.ts'
import type { Role } from '#src/domain/identity.ts'
import { newId } from '#src/domain/ids.ts'
import { keyedHash } from '#src/vault/hash.ts'
import { hashPassword } from '#src/vault/passwords.ts'
import { type Entered, goOn } from './enter.ts'
import { checkedName, checkPasswordChoice } from './person.ts'
import { aboutOperator, type SessionDeps } from './session.ts'

interface Acceptance {
  token: string
  /** Of no account where an operator sets a new password. */
  name: string
  password: string
  agent: string
}

/** The bearer's side of a link: to join, or to set a new password. */
export function createInvitation(deps: SessionDeps) {
  const { db, pepper, publish, now } = deps
  const find = (token: string) => findInvitation(db, keyedHash(pepper, token), now())
  return {
    /** What the link is for; nothing when it was used or revoked, or is too old. */
    async readInvitation(
      token: string,
    ): Promise<(Pick<InvitationRow, 'kind' | 'email'> & { role: Role | null }) | undefined> {
      const invitation = await find(token)
      return invitation && { kind: invitation.kind, email: invitation.email, role: invitation.role }
    },

    /** Throws `forbidden` for a link that opens nothing, `invalid_input` with the field at fault. */
    async acceptInvitation({ token, name, password, agent }: Acceptance): Promise<Entered> {
      const invitation = await find(token)
      if (!invitation) throw closedLink()
      const { kind, email, operatorId } = invitation
      const person = { name: kind === 'join' ? checkedName(name) : '', email }
      checkPasswordChoice(password, person)
      const passwordHash = await hashPassword(password, pepper)
      const entered = await inTransaction(db, async (tx) => {
        if (!(await takeInvitation(tx, invitation.id, now()))) throw closedLink()
        const given = { invitation, passwordHash, name: person.name, at: now() }
        const operator = kind === 'join' ? await join(tx, given) : await resetPassword(tx, given)
        return goOn(tx, deps, { operator, agent })
      }).catch((error: unknown) => {
        throw isDuplicate(error) ? new AppError('conflict', 'There is an operator with this e-mail already') : error
      })
      if (operatorId) publish({ topic: 'sessions', id: operatorId })
      return entered
    },
  }
}

interface Given {
  invitation: InvitationRow
  passwordHash: string
  name: string
  at: Date
}

async function join(tx: Transaction, { invitation, passwordHash, name, at }: Given): Promise<OperatorRow> {
  const { email, role, id: link, invitedBy } = invitation
  if (!role) throw closedLink()
  const id = newId('operator', at)
  const operator = await insertOperator(tx, { id, name, email, passwordHash, role, createdAt: at })
  const detail = { role, how: 'invitation', invitation: link, invitedBy }
  await appendAudit(tx, aboutOperator('operator.created', { by: id, operatorId: id, detail, at }))
  return operator
}

/** The second factor stays: who has only the link gets no further than the question for a code. */
async function resetPassword(tx: Transaction, { invitation, passwordHash, at }: Given): Promise<OperatorRow> {
  const operator = invitation.operatorId ? await lockOperator(tx, invitation.operatorId) : undefined
  if (!operator || operator.disabledAt) throw closedLink()
  const { id } = operator
  await savePassword(tx, id, passwordHash)
  await endSessions(tx, { operatorId: id }, at)
  const detail = { how: 'link', invitation: invitation.id }
  await appendAudit(tx, aboutOperator('operator.password_changed', { by: id, operatorId: id, detail, at }))
  return { ...operator, passwordHash }
}

function closedLink(): AppError {
  return new AppError('forbidden', 'This link has been used, was withdrawn, or is too old', { field: 'token' })
}
