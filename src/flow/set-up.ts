import { appendAudit } from '#db/audit.ts'
import { type Database, inTransaction } from '#db/client.ts'
import { hasOperators, insertOperator, insertSetupLink, isSetupLinkOpen, useSetupLink } from '#db/operators.ts'
import { AppError } from '#src/domain/errors.ts'
import { newId, type OperatorId } from '#src/domain/ids.ts'
import { keyedHash } from '#src/vault/hash.ts'
import { hashPassword } from '#src/vault/passwords.ts'
import type { Secret } from '#src/vault/secret.ts'
import { type Entered, goOn } from './enter.ts'
import { checkedEmail, checkedName, checkPasswordChoice } from './person.ts'
import { aboutOperator, newToken, type SessionDeps } from './session.ts'

const LINK_LIFE_MS = 24 * 3_600_000

interface LinkDeps {
  db: Database
  pepper: Secret
  now: () => Date
}

/** A link that makes the first operator, for the person at the server. Throws `conflict` once an operator exists. */
export function createMakeSetupLink({ db, pepper, now }: LinkDeps) {
  return async (): Promise<{ token: string; expiresAt: Date }> => {
    if (await hasOperators(db)) throw new AppError('conflict', 'There is an operator already')
    const token = newToken()
    const expiresAt = new Date(now().getTime() + LINK_LIFE_MS)
    await insertSetupLink(db, { tokenHash: keyedHash(pepper, token), expiresAt, createdAt: now() })
    return { token, expiresAt }
  }
}

/** Whether this link would still make the first operator. */
export function createIsSetupOpen({ db, pepper, now }: LinkDeps) {
  return async (token: string): Promise<boolean> =>
    (await isSetupLinkOpen(db, keyedHash(pepper, token), now())) && !(await hasOperators(db))
}

interface FirstOperator {
  token: string
  name: string
  email: string
  password: string
  agent: string
}

/** Makes the first operator and leads them in. Throws `forbidden` for a link that opens nothing, `invalid_input` with the field at fault. */
export function createSetUp(deps: SessionDeps) {
  const { db, pepper, now } = deps
  const isSetupOpen = createIsSetupOpen(deps)
  return async (input: FirstOperator): Promise<Entered> => {
    const { token, password, agent } = input
    // Looked at before the costly hash; decided by the lock below.
    if (!(await isSetupOpen(token))) throw closedLink()
    const person = { name: checkedName(input.name), email: checkedEmail(input.email) }
    checkPasswordChoice(password, person)
    const passwordHash = await hashPassword(password, pepper)
    return inTransaction(db, async (tx) => {
      const at = now()
      const isFirst = (await useSetupLink(tx, keyedHash(pepper, token), at)) && !(await hasOperators(tx))
      if (!isFirst) throw closedLink()
      const id: OperatorId = newId('operator', at)
      const operator = await insertOperator(tx, { id, ...person, passwordHash, role: 'admin', createdAt: at })
      const detail = { role: 'admin', how: 'setup_link' }
      await appendAudit(tx, aboutOperator('operator.created', { by: id, operatorId: id, detail, at }))
      return goOn(tx, deps, { operator, agent })
    })
  }
}

function closedLink(): AppError {
  return new AppError('forbidden', 'This link has been used, is too old, or was never ours', { field: 'token' })
}
