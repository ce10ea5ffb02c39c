import { eq } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { verifyAudit } from '#db/audit.ts'
import { hasOperators, useSetupLink } from '#db/operators.ts'
import { operators, setupLinks, signInThrottles } from '#db/schema/operators.ts'
import { refreshTokens, sessions } from '#db/schema/sessions.ts'
import { AppError } from '#src/domain/errors.ts'
import { delayAfter } from '#src/flow/throttle.ts'
import { keyedHash } from '#src/vault/hash.ts'
import { hashPassword } from '#src/vault/passwords.ts'
import { aDoor, aPersonAt, codeOf, password, pepper, sessionIn, tokensIn } from '#tests/support/sign-in.ts'
import { anOperator } from '#tests/support/threads.ts'

const HOUR_MS = 3_600_000
const person = { name: 'Ada', email: 'ada@example.com', password }

async function setUp() {
  const door = await aDoor()
  const setUp = (input: typeof person & { token: string }) => door.signIn.setUp({ ...input, agent: '' })
  return { ...door, setUp }
}

async function withAda() {
  const house = await setUp()
  const { enter, ...ada } = await aPersonAt(house)
  return { ...house, ada, enter }
}

describe('the one-time link', () => {
  it('makes the first operator, once, when ten people follow it at the same time', async () => {
    const { db, makeSetupLink, setUp: follow, actions } = await setUp()
    const { token } = await makeSetupLink()
    const tries = Array.from({ length: 10 }, (_, i) =>
      codeOf(follow({ ...person, token, email: `ada${i}@example.com` })),
    )
    const ends = await Promise.all(tries)
    expect(ends.filter((end) => end === 'done')).toHaveLength(1)
    expect(ends.filter((end) => end === 'forbidden')).toHaveLength(9)
    expect(await db.select().from(operators)).toHaveLength(1)
    expect(await actions()).toEqual(['operator.created', 'operator.signed_in'])
  })

  it('makes one operator even when two different links are followed at the same time', async () => {
    const { db, makeSetupLink, setUp: follow } = await setUp()
    const links = [await makeSetupLink(), await makeSetupLink(), await makeSetupLink()]
    const ends = await Promise.all(
      links.map(({ token }, i) => codeOf(follow({ ...person, token, email: `ada${i}@example.com` }))),
    )
    expect(ends.sort()).toEqual(['done', 'forbidden', 'forbidden'])
    expect(await db.select().from(operators)).toHaveLength(1)
  })

  it('waits, in any process, until another link has been decided', async () => {
    const { db, makeSetupLink } = await setUp()
    const [one, two] = [await makeSetupLink(), await makeSetupLink()]
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
    const { db, signIn, makeSetupLink, setUp: follow, pass } = await setUp()
    const old = await makeSetupLink()
    pass(24 * HOUR_MS)
    expect(await signIn.isSetupOpen(old.token)).toBe(false)
    const { token } = await makeSetupLink()
    expect(await signIn.isSetupOpen(token)).toBe(true)
    await anOperator(db)
    expect(await signIn.isSetupOpen(token)).toBe(false)
    expect(await codeOf(follow({ ...person, token }))).toBe('forbidden')
    expect(await codeOf(makeSetupLink())).toBe('conflict')
  })

  it('stays usable when the first try had a password that is too short', async () => {
    const { makeSetupLink, setUp: follow } = await setUp()
    const { token } = await makeSetupLink()
    const long = 'seven odd geese fly '.repeat(7).slice(0, 128)
    expect(await codeOf(follow({ ...person, token, password: 'eleven char' }))).toBe('invalid_input')
    expect(await codeOf(follow({ ...person, token, password: `${long}x` }))).toBe('invalid_input')
    expect(await codeOf(follow({ ...person, token, password: long }))).toBe('done')
  })

  it('is kept as a hash only, and so is a session', async () => {
    const { db, makeSetupLink, setUp: follow } = await setUp()
    const link = await makeSetupLink()
    const { access, refresh } = tokensIn(await follow({ ...person, token: link.token }))
    const tables = [setupLinks, sessions, refreshTokens]
    const kept = JSON.stringify(await Promise.all(tables.map((table) => db.select().from(table))))
    for (const secret of [link.token, access, refresh]) expect(kept).not.toContain(secret)
    expect(refresh).toMatch(/^[\w-]{43}$/)
  })
})

describe('a session', () => {
  it('stands for its operator until it is ended, and then for nobody, at once', async () => {
    const { signIn, enter, ada } = await withAda()
    const [tokens, other] = [tokensIn(await enter()), tokensIn(await enter())]
    const { sessionId, operator } = await sessionIn(signIn, tokens)
    expect(operator).toMatchObject({ id: ada.id, name: 'Ada', role: 'approver' })
    await signIn.signOut({ sessionId, operatorId: ada.id })
    expect(await signIn.sessionOf(tokens)).toBeUndefined()
    expect(await signIn.sessionOf(other)).toBeDefined()
  })

  it('ends after twelve idle hours, and after seven days however busy it was', async () => {
    const { signIn, enter, pass } = await withAda()
    const idle = tokensIn(await enter())
    pass(12 * HOUR_MS)
    expect(await signIn.sessionOf(idle)).toBeUndefined()
    let busy = tokensIn(await enter())
    for (let hours = 0; hours < 7 * 24 - 11; hours += 11) {
      pass(11 * HOUR_MS)
      const found = await signIn.sessionOf(busy)
      expect(found, `${hours} h`).toBeDefined()
      busy = found?.renewed ?? busy
    }
    pass(11 * HOUR_MS)
    expect(await signIn.sessionOf(busy)).toBeUndefined()
  })

  it('is not kept alive by a page that only watches', async () => {
    const { signIn, enter, pass } = await withAda()
    let tokens = tokensIn(await enter())
    for (let hours = 0; hours < 11; hours++) {
      pass(HOUR_MS)
      const found = await signIn.sessionOf(tokens, { touch: false })
      expect(found).toBeDefined()
      tokens = found?.renewed ?? tokens
    }
    pass(HOUR_MS)
    expect(await signIn.sessionOf(tokens)).toBeUndefined()
  })

  it('loses a right, or all of them, in the moment the operator does', async () => {
    const { db, signIn, enter, ada } = await withAda()
    const tokens = tokensIn(await enter())
    await db.update(operators).set({ role: 'viewer' }).where(eq(operators.id, ada.id))
    expect((await sessionIn(signIn, tokens)).operator.role).toBe('viewer')
    await db.update(operators).set({ disabledAt: new Date() }).where(eq(operators.id, ada.id))
    expect(await signIn.sessionOf(tokens)).toBeUndefined()
    expect(await codeOf(enter())).toBe('unauthenticated')
  })
})

describe('a wrong password', () => {
  it('is refused like an unknown person, in words and on the record', async () => {
    const { signIn, enter, actions, db } = await withAda()
    const wrong = await enter('not the password').catch((error: unknown) => AppError.from(error).message)
    const unknown = await signIn
      .signIn({ email: 'nobody@example.com', password, address: '192.0.2.9', agent: '' })
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
    expect([5, 6, 7, 8, 9, 50].map((failures) => delayAfter(failures))).toEqual([
      5000, 10_000, 20_000, 40_000, 60_000, 60_000,
    ])
  })

  it('counts against the account from any address, and against the address for any account', async () => {
    const { signIn, enter } = await withAda()
    for (let i = 0; i < 5; i++) await codeOf(enter('wrong password', `198.51.100.${i}`))
    expect(await codeOf(enter(password, '198.51.100.77'))).toBe('rate_limited')
    const guess = (i: number) =>
      signIn.signIn({ email: `p${i}@example.com`, password, address: '203.0.113.5', agent: '' })
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
      await codeOf(signIn.signIn({ email, password: 'wrong password', address: `198.51.100.${i}`, agent: '' }))
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
