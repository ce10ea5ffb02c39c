import { eq } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { operators, recoveryCodes } from '#db/schema/operators.ts'
import { removeFactor } from '#db/second-factors.ts'
import { delayAfter, FACTOR_DELAY_MS } from '#src/flow/throttle.ts'
import { Secret } from '#src/vault/secret.ts'
import { codeAt, stepAt } from '#src/vault/totp.ts'
import { aDoor, aPersonAt, codeOf, password, sessionIn, ticketIn, tokensIn } from '#tests/support/sign-in.ts'
import { aDatabase } from '#tests/support/stores.ts'

const STEP_MS = 30_000
const { db } = await aDatabase()

/** Somebody with an authenticator app, in front of the question for its code. */
async function withApp({ isFactorRequired = true } = {}) {
  const door = await aDoor({ isFactorRequired, db })
  const { enter, ...ada } = await aPersonAt(door)
  const browser = { address: ada.address, agent: '' }
  const { codeAt: codeOn } = await door.factorOf(ada.id)
  const code = (steps = 0) => codeOn(new Date(door.clock.at.getTime() + steps * STEP_MS))
  const ticket = async () => ticketIn(await enter())
  const give = (ticket: string, code: string, { signIn } = door) => signIn.enterCode({ ticket, code, ...browser })
  return { ...door, ada, browser, enter, code, ticket, give }
}

/** Somebody without one, where one is required. */
async function withoutApp({ isFactorRequired = true } = {}) {
  const door = await aDoor({ isFactorRequired, db })
  const { enter, ...ada } = await aPersonAt(door)
  const browser = { address: ada.address, agent: '' }
  const codeFor = (key: string) => codeAt(new Secret(key), stepAt(door.clock.at))
  return { ...door, ada, browser, enter, codeFor }
}

describe('the second factor', () => {
  it('is asked for after the password, and opens the session', async () => {
    const { signIn, enter, ticket, give, code, actions, ada } = await withApp()
    expect(await enter()).toMatchObject({ kind: 'code' })
    const tokens = tokensIn(await give(await ticket(), code()))
    expect(await sessionIn(signIn, tokens)).toMatchObject({ hasFactor: true })
    expect(await actions(ada.id)).toEqual(['operator.signed_in'])
  })

  it('takes each code once, when several come at the same time to two processes', async () => {
    const { ticket, give, code, signIn, other, browser } = await withApp()
    const ticketed = await ticket()
    const doors = [signIn, other()]
    // Three at a time: with those below, more would be slowed down when the good one is the first.
    const ends = await Promise.all(
      Array.from({ length: 3 }, (_, i) =>
        codeOf(doors[i % 2]!.enterCode({ ticket: ticketed, code: code(), ...browser })),
      ),
    )
    expect(ends.filter((end) => end === 'done')).toHaveLength(1)
    expect(ends.filter((end) => end === 'unauthenticated')).toHaveLength(2)
    expect(await codeOf(give(ticketed, code()))).toBe('unauthenticated')
    expect(await codeOf(give(ticketed, code(-1)))).toBe('unauthenticated')
    expect(await codeOf(give(ticketed, code(1)))).toBe('done')
  })

  it('is slowed down after five wrong codes, from wherever they come, for up to a quarter of an hour', async () => {
    const { ticket, signIn, code, pass, actions, ada } = await withApp()
    const from = async (i: number, code: string) =>
      codeOf(signIn.enterCode({ ticket: await ticket(), code, address: `203.0.113.${i}`, agent: '' }))
    for (let i = 0; i < 5; i++) expect(await from(i, '000000')).toBe('unauthenticated')
    expect(await from(6, code())).toBe('rate_limited')
    // From here on the delay doubles: 5 s, 10 s, … until it is fifteen minutes, and no longer.
    for (let i = 7; i < 17; i++) {
      pass(delayAfter(i - 2, FACTOR_DELAY_MS))
      expect(await from(i, '000000')).toBe('unauthenticated')
    }
    pass(FACTOR_DELAY_MS - 1000)
    expect(await from(30, code())).toBe('rate_limited')
    pass(1000)
    expect(await from(30, code())).toBe('done')
    expect((await actions(ada.id)).filter((action) => action === 'operator.factor_refused')).toHaveLength(15)
  })

  it('cannot be given on a ticket that is too old, made up, or from before a new password', async () => {
    const { ticket, give, code, pass, ada } = await withApp()
    const old = await ticket()
    for (const made of ['', 'x', `${old}x`]) expect(await codeOf(give(made, code()))).toBe('unauthenticated')
    pass(11 * 60_000)
    expect(await codeOf(give(old, code()))).toBe('unauthenticated')
    const fresh = await ticket()
    await db.update(operators).set({ passwordHash: 'b1:another' }).where(eq(operators.id, ada.id))
    expect(await codeOf(give(fresh, code()))).toBe('unauthenticated')
  })

  it('keeps its seed sealed, and bound to its own row', async () => {
    const { signIn, enter, codeFor, ada, browser } = await withoutApp()
    const ticket = ticketIn(await enter())
    const { sealedSeed, key } = await signIn.offerFactor(ticket)
    await signIn.enrol({ ticket, sealedSeed, code: codeFor(key), agent: '' })
    const [row] = await db.select().from(operators).where(eq(operators.id, ada.id))
    expect(JSON.stringify(row)).not.toContain(key)
    expect(row?.totpSeed).not.toBe(sealedSeed)
    const ben = await aPersonAt({ db, signIn }, { name: 'Ben' })
    await db.update(operators).set({ totpSeed: row!.totpSeed, totpSince: new Date() }).where(eq(operators.id, ben.id))
    const bens = ticketIn(await ben.enter())
    expect(await codeOf(signIn.enterCode({ ticket: bens, code: codeFor(key), ...browser }))).toBe('credential_rejected')
  })
})

describe('an operator without a second factor', () => {
  it('gets no session where one is required, but the way to set one up', async () => {
    const { signIn, enter, codeFor, actions, ada, browser } = await withoutApp()
    const entered = await enter()
    expect(entered).toMatchObject({ kind: 'enrol' })
    const ticket = ticketIn(entered)
    expect(await codeOf(signIn.enterCode({ ticket, code: '000000', ...browser }))).toBe('unauthenticated')
    const offer = await signIn.offerFactor(ticket)
    const wrong = signIn.enrol({ ticket, sealedSeed: offer.sealedSeed, code: '000000', agent: '' })
    expect(await codeOf(wrong)).toBe('invalid_input')
    expect(await signIn.offerFactor(ticket, offer.sealedSeed)).toEqual(offer)
    const { sealedSeed, key } = offer
    const { tokens, recoveryCodes: codes } = await signIn.enrol({ ticket, sealedSeed, code: codeFor(key), agent: '' })
    expect(await sessionIn(signIn, tokens)).toMatchObject({ hasFactor: true })
    expect(new Set(codes).size).toBe(10)
    expect(await actions(ada.id)).toEqual(['operator.signed_in', 'operator.factor_added'])
    expect(await codeOf(signIn.enrol({ ticket, sealedSeed, code: codeFor(key), agent: '' }))).toBe('unauthenticated')
  })

  it('sets up no seed of their own choosing, nor one that was offered to another', async () => {
    const { signIn, enter, codeFor } = await withoutApp()
    const ben = await aPersonAt({ db, signIn }, { name: 'Ben' })
    const [ticket, bens] = [ticketIn(await enter()), ticketIn(await ben.enter())]
    const { sealedSeed, key } = await signIn.offerFactor(bens)
    for (const seed of [sealedSeed, key, '']) {
      expect(await codeOf(signIn.enrol({ ticket, sealedSeed: seed, code: codeFor(key), agent: '' }))).toBe(
        'invalid_input',
      )
    }
  })

  it('is in by the password alone where none is required, until they add one', async () => {
    const { signIn, enter, codeFor } = await withoutApp({ isFactorRequired: false })
    const [here, there] = [tokensIn(await enter()), tokensIn(await enter())]
    const session = await sessionIn(signIn, here)
    expect(session.hasFactor).toBe(false)
    const { sealedSeed, key } = await signIn.own.offerOwnFactor(session)
    await signIn.own.enrolOwn({ session, sealedSeed, code: codeFor(key) })
    expect(await sessionIn(signIn, here)).toMatchObject({ hasFactor: true })
    expect(await signIn.sessionOf(there)).toBeUndefined()
    expect(await enter()).toMatchObject({ kind: 'code' })
  })

  it('loses a session that a password alone opened, once a second factor is required', async () => {
    const { ada, signIn, ticket, give, code } = await withApp()
    const tokens = tokensIn(await give(await ticket(), code()))
    await db.transaction((tx) => removeFactor(tx, ada.id))
    expect(await signIn.sessionOf(tokens)).toBeUndefined()
  })
})

describe('recovery codes', () => {
  async function withCodes() {
    const house = await withoutApp()
    const { signIn, enter, codeFor, browser } = house
    const ticket = ticketIn(await enter())
    const { sealedSeed, key } = await signIn.offerFactor(ticket)
    const { tokens, recoveryCodes: codes } = await signIn.enrol({ ticket, sealedSeed, code: codeFor(key), agent: '' })
    const give = async (code: string) => signIn.enterCode({ ticket: ticketIn(await enter()), code, ...browser })
    return { ...house, codes, give, session: await sessionIn(signIn, tokens) }
  }

  it('stand in for the app, each once, however they are typed', async () => {
    const { codes, give, signIn, session } = await withCodes()
    const [first = '', second = ''] = codes
    expect(first).toMatch(/^[a-z2-9]{5}-[a-z2-9]{5}$/)
    expect(await codeOf(give(first))).toBe('done')
    expect(await codeOf(give(first))).toBe('unauthenticated')
    expect(await codeOf(give(` ${second.toUpperCase().replace('-', ' ')} `))).toBe('done')
    expect((await signIn.own.readOwn(session)).recoveryCodesLeft).toBe(8)
  })

  it('are kept as hashes, and belong to one operator', async () => {
    const { codes, signIn, factorOf, browser } = await withCodes()
    const kept = JSON.stringify(await db.select().from(recoveryCodes))
    for (const code of codes) expect(kept).not.toContain(code.replace('-', ''))
    const ben = await aPersonAt({ db, signIn }, { name: 'Ben' })
    await factorOf(ben.id)
    const ticket = ticketIn(await ben.enter())
    expect(await codeOf(signIn.enterCode({ ticket, code: codes[5]!, ...browser }))).toBe('unauthenticated')
  })

  it('are worth nothing once there are new ones', async () => {
    const { codes, give, signIn, session } = await withCodes()
    const fresh = await signIn.own.renewRecoveryCodes(session)
    expect(await codeOf(give(codes[0]!))).toBe('unauthenticated')
    expect(await codeOf(give(fresh[0]!))).toBe('done')
  })
})

describe('proving once more who one is', () => {
  it('takes the password or a fresh code, and nothing else', async () => {
    const { signIn, ticket, give, code, pass, browser } = await withApp()
    const tokens = tokensIn(await give(await ticket(), code()))
    const session = await sessionIn(signIn, tokens)
    pass(5 * 60_000)
    const prove = (proof: string) => codeOf(signIn.confirm({ session, proof, address: browser.address }))
    expect(await prove('not my password')).toBe('invalid_input')
    expect((await sessionIn(signIn, tokens)).confirmedAt).toEqual(session.confirmedAt)
    expect(await prove(code())).toBe('done')
    expect(await prove(code())).toBe('invalid_input')
    pass(1000)
    expect(await prove(password)).toBe('done')
    expect((await sessionIn(signIn, tokens)).confirmedAt!.getTime()).toBe(
      session.confirmedAt!.getTime() + 5 * 60_000 + 1000,
    )
  })

  it('is slowed down like a sign-in', async () => {
    const { signIn, enter, browser } = await withoutApp({ isFactorRequired: false })
    const session = await sessionIn(signIn, tokensIn(await enter()))
    const prove = (proof: string) => codeOf(signIn.confirm({ session, proof, address: browser.address }))
    for (let i = 0; i < 5; i++) expect(await prove('not my password')).toBe('invalid_input')
    expect(await prove(password)).toBe('rate_limited')
  })
})
