import { eq } from 'drizzle-orm'
import type { Database } from '#db/client.ts'
import { auditEntries } from '#db/schema/audit-entries.ts'
import { operators } from '#db/schema/operators.ts'
import { AppError } from '#src/domain/errors.ts'
import type { Role } from '#src/domain/identity.ts'
import type { Entered } from '#src/flow/enter.ts'
import { createPeople } from '#src/flow/people.ts'
import type { Session, SessionTokens } from '#src/flow/session.ts'
import { createMakeSetupLink } from '#src/flow/set-up.ts'
import { createSignIn } from '#src/flow/sign-in.ts'
import { createKeyring, generateFernetKey } from '#src/vault/keyring.ts'
import { hashPassword } from '#src/vault/passwords.ts'
import { Secret } from '#src/vault/secret.ts'
import { aFactor } from '#tests/support/second-factor.ts'
import { aDatabase } from '#tests/support/stores.ts'
import { anOperator } from '#tests/support/threads.ts'

export const password = 'correct horse battery'
export const pepper = new Secret('0123456789abcdef'.repeat(4))
const keyring = createKeyring(new Secret(generateFernetKey()))

/** The verbs of signing in over a database of their own, and a clock that is moved by hand. */
export async function aDoor({
  isFactorRequired = false,
  db: given,
}: {
  isFactorRequired?: boolean
  db?: Database
} = {}) {
  const { db } = given ? { db: given } : await aDatabase()
  const clock = { at: new Date('2026-11-22T12:00:00.000Z') }
  const now = () => clock.at
  const heard: { topic: string; id: string }[] = []
  const deps = {
    db,
    pepper,
    keyring,
    isFactorRequired,
    publish: (event: (typeof heard)[number]) => heard.push(event),
    now,
  }
  const signIn = createSignIn(deps)
  return {
    ...{ db, signIn, heard, clock, makeSetupLink: createMakeSetupLink(deps), people: createPeople(deps) },
    /** The same verbs in another process: nothing is shared but the database. */
    other: () => createSignIn(deps),
    pass: (ms: number) => {
      clock.at = new Date(clock.at.getTime() + ms)
    },
    /** What the record says, of everybody or of one. */
    actions: async (id?: string) => {
      const entries = await db.select().from(auditEntries).orderBy(auditEntries.seq)
      return entries.filter(({ subjectId }) => id === undefined || subjectId === id).map(({ action }) => action)
    },
    factorOf: (id: Parameters<typeof aFactor>[1]) => aFactor(db, id, keyring),
  }
}

export type Door = Awaited<ReturnType<typeof aDoor>>

let serial = 0

/** Somebody with a password at that door, who comes from an address of their own. */
export async function aPersonAt(
  { db, signIn }: Pick<Door, 'db' | 'signIn'>,
  { role = 'approver' as Role, name = 'Ada' } = {},
) {
  const person = await anOperator(db, { name, role })
  await db
    .update(operators)
    .set({ passwordHash: await hashPassword(password, pepper, 4) })
    .where(eq(operators.id, person.id))
  const address = `198.18.${Math.floor(++serial / 250)}.${(serial % 250) + 1}`
  const agent = 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0'
  const enter = (given = password, from = address) =>
    signIn.signIn({ email: person.email, password: given, address: from, agent })
  return { ...person, address, enter }
}

export function tokensIn(entered: Entered): SessionTokens {
  if (entered.kind !== 'in') throw new Error(`not in, but at ${entered.kind}`)
  return entered.tokens
}

export function ticketIn(entered: Entered): string {
  if (entered.kind === 'in') throw new Error('in already')
  return entered.ticket
}

export async function sessionIn(signIn: Door['signIn'], tokens: SessionTokens): Promise<Session> {
  const found = await signIn.sessionOf(tokens)
  if (!found) throw new Error('nobody is there')
  return found.session
}

export async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'done',
    (error: unknown) => AppError.from(error).code,
  )
}
