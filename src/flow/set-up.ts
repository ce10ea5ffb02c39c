import { appendAudit } from '#db/audit.ts'
import { inTransaction } from '#db/client.ts'
import { hasOperators, insertOperator, insertSetupLink, isSetupLinkOpen, useSetupLink } from '#db/operators.ts'
import { AppError } from '#src/domain/errors.ts'
import { newId, type OperatorId } from '#src/domain/ids.ts'
import { keyedHash } from '#src/vault/hash.ts'
import { hashPassword } from '#src/vault/passwords.ts'
import { newToken, openSession, type SessionDeps } from './session.ts'

const LINK_LIFE_MS = 24 * 3_600_000
const PASSWORD_MIN = 12
export const PASSWORD_MAX = 128
const EMAIL = /^[^\s@]+@[^\s@]+$/
const LINE_MAX = 255

/** A link that makes the first operator, for the person at the server. Throws `conflict` once an operator exists. */
export function createMakeSetupLink({ db, pepper, now }: SessionDeps) {
  return async (): Promise<{ token: string; expiresAt: Date }> => {
    if (await hasOperators(db)) throw new AppError('conflict', 'There is an operator already')
    const token = newToken()
    const expiresAt = new Date(now().getTime() + LINK_LIFE_MS)
    await insertSetupLink(db, { tokenHash: keyedHash(pepper, token), expiresAt, createdAt: now() })
    return { token, expiresAt }
  }
}

/** Whether this link would still make the first operator. */
export function createIsSetupOpen({ db, pepper, now }: SessionDeps) {
  return async (token: string): Promise<boolean> =>
    (await isSetupLinkOpen(db, keyedHash(pepper, token), now())) && !(await hasOperators(db))
}

/** Makes the first operator and signs them in. Throws `forbidden` for a link that opens nothing, `invalid_input` with the field at fault. */
export function createSetUp(deps: SessionDeps) {
  const { db, pepper, now } = deps
  const isSetupOpen = createIsSetupOpen(deps)
  return async (input: { token: string; name: string; email: string; password: string }) => {
    // Looked at before the costly hash; decided by the lock below.
    if (!(await isSetupOpen(input.token))) throw closedLink()
    const person = checkedPerson(input)
    const passwordHash = await hashPassword(input.password, pepper)
    return inTransaction(db, async (tx) => {
      const at = now()
      const isFirst = (await useSetupLink(tx, keyedHash(pepper, input.token), at)) && !(await hasOperators(tx))
      if (!isFirst) throw closedLink()
      const operatorId: OperatorId = newId('operator', at)
      await insertOperator(tx, { id: operatorId, ...person, passwordHash, role: 'admin', createdAt: at })
      const token = await openSession(tx, { operatorId, pepper, at })
      await appendAudit(tx, {
        action: 'operator.created',
        actor: { kind: 'operator', id: operatorId },
        subject: { kind: 'operator', id: operatorId },
        detail: { role: 'admin', by: 'setup_link' },
        at,
      })
      return { token, operatorId }
    })
  }
}

function closedLink(): AppError {
  return new AppError('forbidden', 'This link has been used, is too old, or was never ours', { field: 'token' })
}

function checkedPerson(input: { name: string; email: string; password: string }): { name: string; email: string } {
  const name = input.name.trim()
  const email = input.email.trim()
  const length = [...input.password].length
  const fault = (field: string, message: string) => new AppError('invalid_input', message, { field })
  if (name === '' || name.length > LINE_MAX) throw fault('name', 'Please give a name')
  if (!EMAIL.test(email) || email.length > LINE_MAX) throw fault('email', 'This is not an e-mail address')
  if (length < PASSWORD_MIN)
    throw fault('password', `The password needs at least ${PASSWORD_MIN} characters; it has ${length}`)
  if (length > PASSWORD_MAX)
    throw fault('password', `The password may have at most ${PASSWORD_MAX} characters; it has ${length}`)
  return { name, email }
}
