import type { Database } from '#db/client.ts'
import { findOperator, findOperatorByEmail } from '#db/operators.ts'
import { AppError } from '#src/domain/errors.ts'
import { roles } from '#src/domain/identity.ts'
import { isId, type OperatorId } from '#src/domain/ids.ts'
import { CLI as by, createPeople, type Link } from '#src/flow/people.ts'
import { type Call, exitCodes, UsageError } from './command.ts'
import { now, required, withBells, withDatabase } from './house.ts'
import { printable, printRows } from './table.ts'

type People = ReturnType<typeof createPeople>

export async function listOperators(call: Call): Promise<number> {
  const { operators } = await withPeople(call, (people) => people.listPeople())
  const rows = operators.map(({ id, name, email, role, factorSince, disabledAt, lastSeenAt }) => ({
    id,
    name,
    email,
    role,
    secondFactor: factorSince !== null,
    disabled: disabledAt !== null,
    lastSeen: lastSeenAt,
  }))
  printRows(call, rows, 'There is no operator yet; the first one is made with: countersign setup-link')
  return exitCodes.done
}

export async function inviteOperator(call: Call): Promise<number> {
  const role = roles.find((one) => one === call.options['role'])
  if (!role) throw new UsageError(`The roles are ${roles.join(', ')}`)
  return printLink(call, (people) => people.invite({ by, email: call.args[0] ?? '', role }))
}

export async function resetPassword(call: Call): Promise<number> {
  return printLink(call, async (people, db) =>
    people.makePasswordLink({ by, operatorId: (await operatorIn(call, db)).id }),
  )
}

export const resetSecondFactor = (call: Call) =>
  change(
    call,
    'The second factor is gone, with passkeys and recovery codes, and every session ended; the next sign-in sets up another',
    (people, who) => people.resetFactor(who),
  )

export const disableOperator = (call: Call) =>
  change(call, 'Disabled and signed out; nothing they approved leaves any more', (people, who) => people.disable(who))

export const enableOperator = (call: Call) =>
  change(call, 'Enabled; they sign in as before', (people, who) => people.enable(who))

export const endSessions = (call: Call) =>
  change(call, 'Signed out everywhere', (people, who) => people.endSessionsOf(who))

async function change(
  call: Call,
  done: string,
  work: (people: People, who: { by: OperatorId; operatorId: OperatorId }) => Promise<void>,
): Promise<number> {
  const name = await withPeople(call, async (people, db) => {
    const { id: operatorId, name } = await operatorIn(call, db)
    await work(people, { by, operatorId })
    return name
  })
  call.err(`${printable(name)}: ${done}\n`)
  return exitCodes.done
}

/** The link is the only thing on stdout: whoever opens it first is the one it is for. */
async function printLink(call: Call, work: (people: People, db: Database) => Promise<Link>): Promise<number> {
  await withPeople(call, async (people, db, publicUrl) => {
    const { token, expiresAt } = await work(people, db)
    call.out(`${publicUrl}/invitation?token=${token}\n`)
    call.err(`It works once, until ${expiresAt.toISOString()}\n`)
  })
  return exitCodes.done
}

function withPeople<T>(call: Call, work: (people: People, db: Database, publicUrl: string) => Promise<T>): Promise<T> {
  return withDatabase(call, (db, config) =>
    withBells(config, ({ publish }) => {
      const pepper = required(config.sessionSecret, 'SESSION_SECRET')
      return work(createPeople({ db, pepper, publish, now }), db, config.publicUrl)
    }),
  )
}

/** By e-mail, as people know each other, or by id. */
async function operatorIn({ args: [who = ''] }: Call, db: Database) {
  const operator = isId('operator', who) ? await findOperator(db, who) : await findOperatorByEmail(db, who)
  if (!operator)
    throw new AppError('not_found', 'There is no such operator; list them with: countersign operators list')
  return operator
}
