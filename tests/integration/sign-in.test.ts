import { eq } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { verifyAudit } from '#db/audit.ts'
import { hasOperators, useSetupLink } from '#db/operators.ts'
import { auditEntries } from '#db/schema/audit-entries.ts'
import { operators, setupLinks, signInThrottles } from '#db/schema/operators.ts'
import { sessions } from '#db/schema/sessions.ts'
import { AppError } from '#src/domain/errors.ts'
import { createSignIn } from '#src/flow/sign-in.ts'
import { delayAfter } from '#src/flow/throttle.ts'
import { keyedHash } from '#src/vault/hash.ts'
import { hashPassword } from '#src/vault/passwords.ts'
import { Secret } from '#src/vault/secret.ts'
import { aDatabase } from '#tests/support/stores.ts'
import { anOperator } from '#tests/support/threads.ts'

const HOUR_MS = 3_600_000
const password = 'correct horse battery'
const pepper = new Secret('a pepper of at least thirty-two characters')
const person = { name: 'Ada', email: 'ada@example.com', password }

async function setUp() {
  const { db } = await aDatabase()
  const clock = { at: new Date('2026-11-22T12:00:00.000Z') }
  const signIn = createSignIn({ db, pepper, now: () => clock.at })
  const pass = (ms: number) => {
    clock.at = new Date(clock.at.getTime() + ms)
  }
  const actions = async () => (await db.select().from(auditEntries)).map(({ action }) => action)
  return { db, signIn, pass, actions }
}

async function withAda() {
  const house = await setUp()
  const ada = await anOperator(house.db, { name: 'Ada' })
  await house.db
    .update(operators)
    .set({ passwordHash: await hashPassword(password, pepper, 4) })
    .where(eq(operators.id, ada.id))
  const enter = (given = password, address = '192.0.2.1') =>
    house.signIn.signIn({ email: ada.email, password: given, address })
  return { ...house, ada, enter }
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'done',
    (error: unknown) => AppError.from(error).code,
  )
}

describe('the one-time link', () => {
  it('makes the first operator, once, when ten people follow it at the same time', async () => {
    const { db, signIn, actions } = await setUp()
    const { token } = await signIn.makeSetupLink()
    const tries = Array.from({ length: 10 }, (_, i) =>
      codeOf(signIn.setUp({ ...person, token, email: `ada${i}@example.com` })),
    )
    const ends = await Promise.all(tries)
    expect(ends.filter((end) => end === 'done')).toHaveLength(1)
    expect(ends.filter((end) => end === 'forbidden')).toHaveLength(9)
    expect(await db.select().from(operators)).toHaveLength(1)
    expect(await actions()).toEqual(['operator.created'])
  })

  it('makes one operator even when two different links are followed at the same time', async () => {
    const { db, signIn } = await setUp()
    const links = [await signIn.makeSetupLink(), await signIn.makeSetupLink(), await signIn.makeSetupLink()]
    const ends = await Promise.all(
      links.map(({ token }, i) => codeOf(signIn.setUp({ ...person, token, email: `ada${i}@example.com` }))),
    )
    expect(ends.sort()).toEqual(['done', 'forbidden', 'forbidden'])
    expect(await db.select().from(operators)).toHaveLength(1)
  })

  it('waits, in any process, until another link has been decided', async () => {
    const { db, signIn } = await setUp()
    const [one, two] = [await signIn.makeSetupLink(), await signIn.makeSetupLink()]
    const at = new Date('2026-11-22T13:00:00.000Z')
    const order: string[] = []
    let second: Promise<void> | undefined
    await db.transaction(async (tx) => {
      await useSetupLink(tx, keyedHash(pepper, one.token), at)
      second = db.transaction(async (other) => {
        await useSetupLink(other, keyedHash(pepper, two.token), at)
        order.push(`second sees ${(await hasOperators(other)) ? 'an operator' : 'nobody'}`)
      })
      // The first one takes its time; the second one's sentences are long on their way.
      for (let i = 0; i < 20; i++) await db.select().from(operators)
      await anOperator(tx as unknown as typeof db)
      order.push('first is done')
    })
    await second
    expect(order).toEqual(['first is done', 'second sees an operator'])
  })

  it('opens nothing after a day, after its use, or once there is an operator', async () => {
    const { db, signIn, pass } = await setUp()
    const old = await signIn.makeSetupLink()
    pass(24 * HOUR_MS)
    expect(await signIn.isSetupOpen(old.token)).toBe(false)
    const { token } = await signIn.makeSetupLink()
    expect(await signIn.isSetupOpen(token)).toBe(true)
    await anOperator(db)
    expect(await signIn.isSetupOpen(token)).toBe(false)
    expect(await codeOf(signIn.setUp({ ...person, token }))).toBe('forbidden')
    expect(await codeOf(signIn.makeSetupLink())).toBe('conflict')
  })

  it('stays usable when the first try had a password that is too short', async () => {
    const { signIn } = await setUp()
    const { token } = await signIn.makeSetupLink()
    expect(await codeOf(signIn.setUp({ ...person, token, password: 'eleven char' }))).toBe('invalid_input')
    expect(await codeOf(signIn.setUp({ ...person, token, password: 'x'.repeat(129) }))).toBe('invalid_input')
    expect(await codeOf(signIn.setUp({ ...person, token, password: 'x'.repeat(128) }))).toBe('done')
  })

  it('is kept as a hash only, and so is a session', async () => {
    const { db, signIn } = await setUp()
    const link = await signIn.makeSetupLink()
    const { token } = await signIn.setUp({ ...person, token: link.token })
    const kept = JSON.stringify([await db.select().from(setupLinks), await db.select().from(sessions)])
    expect(kept).not.toContain(link.token)
    expect(kept).not.toContain(token)
    expect(token).toMatch(/^[\w-]{43}$/)
  })
})

describe('a session', () => {
  it('stands for its operator until it is ended, and then for nobody, at once', async () => {
    const { signIn, enter, ada } = await withAda()
    const { token } = await enter()
    const other = await enter()
    expect(await signIn.sessionOf(token)).toMatchObject({ operator: { id: ada.id, name: 'Ada', role: 'approver' } })
    await signIn.signOut({ token, operatorId: ada.id })
    expect(await signIn.sessionOf(token)).toBeUndefined()
    expect(await signIn.sessionOf(other.token)).toBeDefined()
  })

  it('ends after twelve idle hours, and after seven days however busy it was', async () => {
    const { signIn, enter, pass } = await withAda()
    const idle = (await enter()).token
    pass(12 * HOUR_MS)
    expect(await signIn.sessionOf(idle)).toBeUndefined()
    const busy = (await enter()).token
    for (let hours = 0; hours < 7 * 24 - 11; hours += 11) {
      pass(11 * HOUR_MS)
      expect(await signIn.sessionOf(busy), `${hours} h`).toBeDefined()
    }
    pass(11 * HOUR_MS)
    expect(await signIn.sessionOf(busy)).toBeUndefined()
  })

  it('is not kept alive by a page that only watches', async () => {
    const { signIn, enter, pass } = await withAda()
    const { token } = await enter()
    for (let hours = 0; hours < 11; hours++) {
      pass(HOUR_MS)
      expect(await signIn.sessionOf(token, { touch: false })).toBeDefined()
    }
    pass(HOUR_MS)
    expect(await signIn.sessionOf(token)).toBeUndefined()
  })

  it('loses a right, or all of them, in the moment the operator does', async () => {
    const { db, signIn, enter, ada } = await withAda()
    const { token } = await enter()
    await db.update(operators).set({ role: 'viewer' }).where(eq(operators.id, ada.id))
    expect((await signIn.sessionOf(token))?.operator.role).toBe('viewer')
    await db.update(operators).set({ disabledAt: new Date() }).where(eq(operators.id, ada.id))
    expect(await signIn.sessionOf(token)).toBeUndefined()
    expect(await codeOf(enter())).toBe('unauthenticated')
  })
})

describe('a wrong password', () => {
  it('is refused like an unknown person, in words and on the record', async () => {
    const { signIn, enter, actions, db } = await withAda()
    const wrong = await enter('not the password').catch((error: unknown) => AppError.from(error).message)
    const unknown = await signIn
      .signIn({ email: 'nobody@example.com', password, address: '192.0.2.9' })
      .catch((error: unknown) => AppError.from(error).message)
    expect(wrong).toBe(unknown)
    expect(await actions()).toEqual(['operator.sign_in_refused', 'operator.sign_in_refused'])
    expect(await verifyAudit(db)).toMatchObject({ ok: true })
  })

  it('is free five times; then each try has to wait longer, up to a minute', async () => {
    const { enter, pass } = await withAda()
    for (let i = 0; i < 5; i++) expect(await codeOf(enter('wrong password'))).toBe('unauthenticated')
    expect(await codeOf(enter())).toBe('rate_limited')
    pass(delayAfter(5))
    expect(await codeOf(enter('wrong password'))).toBe('unauthenticated')
    pass(delayAfter(5))
    expect(await codeOf(enter())).toBe('rate_limited')
    pass(delayAfter(6) - delayAfter(5))
    expect(await codeOf(enter())).toBe('done')
    expect([5, 6, 7, 8, 9, 50].map(delayAfter)).toEqual([5000, 10_000, 20_000, 40_000, 60_000, 60_000])
  })

  it('counts against the account from any address, and against the address for any account', async () => {
    const { signIn, enter } = await withAda()
    for (let i = 0; i < 5; i++) await codeOf(enter('wrong password', `198.51.100.${i}`))
    expect(await codeOf(enter(password, '198.51.100.77'))).toBe('rate_limited')
    const guess = (i: number) => signIn.signIn({ email: `p${i}@example.com`, password, address: '203.0.113.5' })
    for (let i = 0; i < 5; i++) expect(await codeOf(guess(i))).toBe('unauthenticated')
    expect(await codeOf(guess(6))).toBe('rate_limited')
  })

  it('counts against the account however its e-mail is spelt', async () => {
    const { signIn, ada, enter } = await withAda()
    const spellings = [
      ada.email.toUpperCase(),
      ada.email.replace('a', 'á'),
      ` ${ada.email} `,
      ada.email.replace('a', 'ä'),
      ada.email,
    ]
    for (const [i, email] of spellings.entries()) {
      await codeOf(signIn.signIn({ email, password: 'wrong password', address: `198.51.100.${i}` }))
    }
    expect(await codeOf(enter(password, '198.51.100.99'))).toBe('rate_limited')
  })

  it('gets no more than five looks when twenty arrive at the same time', async () => {
    const { enter } = await withAda()
    const ends = await Promise.all(Array.from({ length: 20 }, () => codeOf(enter('wrong password'))))
    expect(ends.filter((end) => end === 'unauthenticated')).toHaveLength(5)
    expect(ends.filter((end) => end === 'rate_limited')).toHaveLength(15)
  })

  it('is forgotten after the right one, and keeps no e-mail and no address in clear', async () => {
    const { db, enter, ada } = await withAda()
    for (let i = 0; i < 4; i++) await codeOf(enter('wrong password'))
    const kept = JSON.stringify(await db.select().from(signInThrottles))
    expect(kept).not.toContain(ada.email)
    expect(kept).not.toContain('192.0.2.1')
    expect(await codeOf(enter())).toBe('done')
    expect(await db.select().from(signInThrottles)).toEqual([])
  })

  it('is never the right one cut short', async () => {
    const { db, ada, enter } = await withAda()
    const long = 'x'.repeat(128)
    await db
      .update(operators)
      .set({ passwordHash: await hashPassword(long, pepper, 4) })
      .where(eq(operators.id, ada.id))
    expect(await codeOf(enter(`${long}x`))).toBe('unauthenticated')
    expect(await codeOf(enter(`${long.slice(0, 100)}`))).toBe('unauthenticated')
    expect(await codeOf(enter(long))).toBe('done')
  })
})
