import { eq } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { createReads } from '#db/console.ts'
import { sessions } from '#db/schema/sessions.ts'
import { clearSessions } from '#db/sessions.ts'
import { createPreferences } from '#src/flow/preferences.ts'
import { aDoor, aPersonAt, codeOf, sessionIn, tokensIn } from '#tests/support/sign-in.ts'
import { aDatabase } from '#tests/support/stores.ts'

const MINUTE_MS = 60_000
const TICKET_MS = 11 * MINUTE_MS

const { db } = await aDatabase()

async function withAda() {
  const door = await aDoor({ db })
  const { enter, ...ada } = await aPersonAt(door)
  return { ...door, ada, enter }
}

describe('what a browser holds', () => {
  it('is renewed unseen once its ticket is ten minutes old, and stays the same session', async () => {
    const { signIn, enter, pass } = await withAda()
    const first = tokensIn(await enter())
    expect((await signIn.sessionOf(first))?.renewed).toBeUndefined()
    pass(TICKET_MS)
    const renewed = await signIn.sessionOf(first)
    expect(renewed?.renewed).toBeDefined()
    expect(renewed?.renewed?.refresh).not.toBe(first.refresh)
    pass(TICKET_MS)
    const again = await signIn.sessionOf(renewed?.renewed ?? {})
    expect(again?.session.sessionId).toBe(renewed?.session.sessionId)
  })

  it('is one browser when twenty requests of it renew at the same time, in two processes', async () => {
    const { signIn, other, enter, pass, ada } = await withAda()
    const first = tokensIn(await enter())
    pass(TICKET_MS)
    const doors = [signIn, other()]
    const found = await Promise.all(Array.from({ length: 20 }, (_, i) => doors[i % 2]?.sessionOf(first)))
    expect(new Set(found.map((one) => one?.renewed?.refresh)).size).toBe(1)
    pass(TICKET_MS)
    expect(await signIn.sessionOf(found[0]?.renewed ?? {})).toBeDefined()
    const rows = await db.select().from(sessions).where(eq(sessions.operatorId, ada.id))
    expect(rows).toMatchObject([{ endedAt: null }])
  })

  it('ends the whole session when a used token comes back, for thief and owner alike, and tells people', async () => {
    const { signIn, enter, pass, actions, heard, ada } = await withAda()
    const stolen = tokensIn(await enter())
    const other = tokensIn(await enter())
    pass(TICKET_MS)
    const owner = await signIn.sessionOf(stolen)
    pass(21_000)
    expect(await signIn.sessionOf({ refresh: stolen.refresh })).toBeUndefined()
    expect(await signIn.sessionOf(owner?.renewed ?? {})).toBeUndefined()
    expect(await signIn.sessionOf(other)).toBeDefined()
    expect(await actions(ada.id)).toContain('operator.session_reused')
    expect(heard).toContainEqual({ topic: 'sessions', id: ada.id })
    const [alert] = await createReads(db).alerts(10)
    expect(alert).toMatchObject({ severity: 'critical', text: expect.stringContaining('Ada') })
  })

  it('is nothing in the other’s place, nor with a letter changed', async () => {
    const { signIn, enter } = await withAda()
    const { access, refresh } = tokensIn(await enter())
    for (const tokens of [
      { access: refresh, refresh: access },
      { access: `${access}x` },
      { refresh: `${refresh}x` },
      {},
    ]) {
      expect(await signIn.sessionOf(tokens)).toBeUndefined()
    }
  })

  it('is forgotten some time after it could not go on', async () => {
    const { signIn, enter, clock, pass, ada } = await withAda()
    const tokens = tokensIn(await enter())
    await clearSessions(db, clock.at)
    expect(await signIn.sessionOf(tokens)).toBeDefined()
    pass(8 * 24 * 60 * MINUTE_MS)
    await clearSessions(db, clock.at)
    expect(await db.select().from(sessions).where(eq(sessions.operatorId, ada.id))).toEqual([])
  })
})

describe('one’s own sessions', () => {
  it('are listed with the kind of browser, and end one by one or all but this one', async () => {
    const { signIn, enter, ada } = await withAda()
    const all = [tokensIn(await enter()), tokensIn(await enter()), tokensIn(await enter()), tokensIn(await enter())]
    const [mine, second, third] = await Promise.all(all.map((tokens) => sessionIn(signIn, tokens)))
    const { sessions: listed } = await signIn.own.readOwn(mine!)
    expect(listed.map(({ agent }) => agent)).toEqual(Array(4).fill('Firefox on Linux'))
    await signIn.own.endOwnSessions({ session: mine!, id: second!.sessionId })
    expect(await signIn.sessionOf(all[1]!)).toBeUndefined()
    expect(await signIn.sessionOf(all[2]!)).toBeDefined()
    await signIn.own.endOwnSessions({ session: mine! })
    const left = await Promise.all(all.map(async (tokens) => (await signIn.sessionOf(tokens)) !== undefined))
    expect(left).toEqual([true, false, false, false])
    expect(await codeOf(signIn.own.endOwnSessions({ session: mine!, id: third!.sessionId }))).toBe('not_found')
    expect(ada.id).toBe(mine!.operator.id)
  })

  it('of somebody else are none of one’s own', async () => {
    const door = await withAda()
    const ben = await aPersonAt(door, { name: 'Ben' })
    const mine = await sessionIn(door.signIn, tokensIn(await door.enter()))
    const theirs = tokensIn(await ben.enter())
    const { sessionId } = await sessionIn(door.signIn, theirs)
    expect(await codeOf(door.signIn.own.endOwnSessions({ session: mine, id: sessionId }))).toBe('not_found')
    expect(await door.signIn.sessionOf(theirs)).toBeDefined()
  })
})

describe('a new password', () => {
  const next = 'four quite other words'

  it('needs the one before, and ends every other session', async () => {
    const { signIn, enter, ada, actions } = await withAda()
    const [here, there] = [tokensIn(await enter()), tokensIn(await enter())]
    const session = await sessionIn(signIn, here)
    const change = (current: string, password: string) =>
      signIn.own.changePassword({ session, current, password, address: ada.address })
    expect(await codeOf(change('not my password', next))).toBe('invalid_input')
    expect(await codeOf(change('correct horse battery', 'short'))).toBe('invalid_input')
    expect(await signIn.sessionOf(there)).toBeDefined()
    await change('correct horse battery', next)
    expect(await signIn.sessionOf(here)).toBeDefined()
    expect(await signIn.sessionOf(there)).toBeUndefined()
    expect(await codeOf(enter())).toBe('unauthenticated')
    expect(await codeOf(enter(next))).toBe('done')
    expect(await actions(ada.id)).toContain('operator.password_changed')
    expect(await db.select().from(sessions).where(eq(sessions.operatorId, ada.id))).toHaveLength(3)
  })
})

it('brings the keys that an operator chose into every browser of theirs, and into nobody else’s', async () => {
  const { signIn, ada, enter, other } = await withAda()
  const colleague = await aPersonAt({ db, signIn }, { name: 'Ben' })
  const preferences = createPreferences({ db })
  await preferences.saveKeys({ operatorId: ada.id, typed: { approve: 'Y' }, on: false })
  await expect(preferences.saveKeys({ operatorId: ada.id, typed: { approve: 'e' }, on: true })).rejects.toThrow('“Edit')
  const found = await other().sessionOf(tokensIn(await enter()))
  expect(found?.session.keys).toEqual({ on: false, own: { approve: 'y' } })
  expect((await signIn.sessionOf(tokensIn(await colleague.enter())))?.session.keys).toBeNull()
})
