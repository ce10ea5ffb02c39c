/*
 * Who comes with a token of another service. What that service says of somebody is written into the operator's row, so that
 * everything that asks for a right, the sender too, finds it where it always does.
 */
import { appendAudit } from '#db/audit.ts'
import { type Database, inTransaction, isDuplicate, type Transaction } from '#db/client.ts'
import { insertOperator } from '#db/operators.ts'
import { findVouched, saveVouched } from '#db/vouched.ts'
import type { Claims } from '#src/auth/claims.ts'
import { AppError } from '#src/domain/errors.ts'
import { newId, type OperatorId, type SessionId } from '#src/domain/ids.ts'
import type { Session } from './session.ts'

interface VouchDeps {
  db: Database
  /** Undefined when the service refuses the token; throws while it is away. */
  verify: (token: string) => Promise<Claims | undefined>
  now: () => Date
}

/** Matches no password: while another service signs people in, nobody signs in here. */
const NO_PASSWORD = 'external'

/** The session of a token: as long as the token, and the same for every token of one person. */
export function createVouch({ db, verify, now }: VouchDeps) {
  return async (token: string): Promise<Session | undefined> => {
    const claims = await verify(token)
    if (!claims) return undefined
    const operator = await operatorOf({ db, now }, claims)
    const { id, name, email, role } = operator
    const sessionId = id.replace(/^opr/, 'ses') as SessionId
    // How, and how lately, they proved who they are is for the service to say.
    return { sessionId, operator: { id, name, email, role }, confirmedAt: now(), hasFactor: true, keys: operator.keys }
  }
}

async function operatorOf({ db, now }: Pick<VouchDeps, 'db' | 'now'>, claims: Claims) {
  const found = await findVouched(db, claims)
  if (found?.disabledAt) throw new AppError('forbidden', 'This operator was disabled here', { field: 'operator' })
  const said = { name: claims.name, email: claims.email, role: claims.role, subjectRef: claims.subject }
  const isNews = !found || Object.entries(said).some(([field, value]) => found[field as keyof typeof said] !== value)
  if (found && !isNews) return found
  try {
    const written = await inTransaction(db, (tx) => write(tx, { id: found?.id, said, at: now() }))
    return { ...written, keys: found?.keys ?? null }
  } catch (error) {
    if (!isDuplicate(error)) throw error
    // Two first requests met here, or the address belongs to somebody whom the service knows by another name.
    const other = await findVouched(db, claims)
    if (other?.subjectRef === claims.subject) return other
    throw new AppError('conflict', 'Another operator has this address', { field: 'email' })
  }
}

async function write(
  tx: Transaction,
  {
    id: known,
    said,
    at,
  }: { id: OperatorId | undefined; said: Pick<Claims, 'name' | 'email' | 'role'> & { subjectRef: string }; at: Date },
) {
  const id = known ?? newId('operator', at)
  if (known) await saveVouched(tx, known, said)
  else await insertOperator(tx, { ...said, id, passwordHash: NO_PASSWORD, createdAt: at })
  await appendAudit(tx, {
    action: 'operator.vouched',
    actor: { kind: 'process', id: 'external-auth' },
    subject: { kind: 'operator', id },
    detail: { role: said.role, isNew: !known },
    at,
  })
  return { ...said, id }
}
