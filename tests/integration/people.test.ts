import { asc, eq } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { verifyAudit } from '#db/audit.ts'
import { auditEntries } from '#db/schema/audit-entries.ts'
import { invitations, operators } from '#db/schema/operators.ts'
import type { Role } from '#src/domain/identity.ts'
import { command } from '#tests/support/command.ts'
import { aDoor, aPersonAt, codeOf, password, pepper, tokensIn } from '#tests/support/sign-in.ts'
import { aDatabase } from '#tests/support/stores.ts'

const { db, url } = await aDatabase()
const HOUR_MS = 3_600_000
let serial = 0

/** An admin who acts, and the clock. */
async function anOffice() {
  const door = await aDoor({ db })
  const boss = await aPersonAt(door, { role: 'admin', name: 'Boss' })
  const hire = async (role: Role = 'approver') => aPersonAt(door, { role, name: 'Ben' })
  const accept = (token: string, given: { name?: string; password?: string } = {}) =>
    door.signIn.acceptInvitation({ token, name: 'Cleo', password, agent: '', ...given })
  const invite = async (email = `cleo.${++serial}@example.com`) => ({
    email,
    ...(await door.people.invite({ by: boss.id, email, role: 'viewer' })),
  })
  return { ...door, boss, hire, invite, accept }
}

describe('an invitation', () => {
  it('makes an operator of the invited role, once, when ten follow it at the same time', async () => {
    const { invite, accept, people, signIn } = await anOffice()
    const { email, token } = await invite()
    expect(await signIn.readInvitation(token)).toEqual({ kind: 'join', email, role: 'viewer' })
    const ends = await Promise.all(Array.from({ length: 3 }, () => codeOf(accept(token))))
    expect(ends.sort()).toEqual(['done', 'forbidden', 'forbidden'])
    const { operators: all } = await people.listPeople()
    expect(all.filter((one) => one.email === email)).toMatchObject([{ name: 'Cleo', role: 'viewer' }])
  })

  it('is kept as a hash, listed, and opens nothing once withdrawn, replaced or three days old', async () => {
    const { invite, accept, people, boss, pass, signIn } = await anOffice()
    const first = await invite()
    expect(JSON.stringify(await db.select().from(invitations))).not.toContain(first.token)
    const second = await invite(first.email)
    expect(await codeOf(accept(first.token))).toBe('forbidden')
    const listed = (await people.listPeople()).invitations.filter(({ email }) => email === first.email)
    expect(listed).toMatchObject([{ role: 'viewer', invitedBy: 'Boss' }])
    await people.revokeInvitation({ by: boss.id, id: listed[0]!.id })
    expect(await codeOf(accept(second.token))).toBe('forbidden')
    expect(await codeOf(people.revokeInvitation({ by: boss.id, id: listed[0]!.id }))).toBe('conflict')
    const third = await invite()
    pass(72 * HOUR_MS)
    expect(await signIn.readInvitation(third.token)).toBeUndefined()
    expect(await codeOf(accept(third.token))).toBe('forbidden')
  })

  it('stays open when the name or password was not taken, and is not made for who is there already', async () => {
    const { invite, accept, people, boss, hire } = await anOffice()
    const { token } = await invite()
    expect(await codeOf(accept(token, { name: ' ' }))).toBe('invalid_input')
    expect(await codeOf(accept(token, { password: 'short' }))).toBe('invalid_input')
    const ben = await hire()
    expect(await codeOf(people.invite({ by: boss.id, email: ben.email.toUpperCase(), role: 'viewer' }))).toBe(
      'conflict',
    )
    expect(await codeOf(people.invite({ by: boss.id, email: 'nobody', role: 'viewer' }))).toBe('invalid_input')
    expect(await codeOf(accept(token))).toBe('done')
  })
})

describe('rights', () => {
  it('change at once for who is signed in, with everybody told and an entry', async () => {
    const { people, boss, hire, signIn, heard, actions } = await anOffice()
    const ben = await hire()
    const tokens = tokensIn(await ben.enter())
    await people.changeRole({ by: boss.id, operatorId: ben.id, role: 'viewer' })
    expect((await signIn.sessionOf(tokens))?.session.operator.role).toBe('viewer')
    expect(heard).toContainEqual({ topic: 'sessions', id: ben.id })
    await people.disable({ by: boss.id, operatorId: ben.id })
    expect(await signIn.sessionOf(tokens)).toBeUndefined()
    await people.enable({ by: boss.id, operatorId: ben.id })
    expect(await signIn.sessionOf(tokens)).toBeUndefined()
    expect(await codeOf(ben.enter())).toBe('done')
    const told = ['operator.role_changed', 'operator.disabled', 'operator.enabled']
    expect((await actions(ben.id)).filter((action) => told.includes(action))).toEqual(told)
  })

  it('are nobody’s own to change, and nothing is written when nothing changes', async () => {
    const { people, boss, hire, actions } = await anOffice()
    const self = { by: boss.id, operatorId: boss.id }
    for (const work of [people.changeRole({ ...self, role: 'viewer' }), people.disable(self), people.enable(self)]) {
      expect(await codeOf(work)).toBe('forbidden')
    }
    const ben = await hire()
    await people.changeRole({ by: boss.id, operatorId: ben.id, role: 'approver' })
    await people.enable({ by: boss.id, operatorId: ben.id })
    expect(await actions(ben.id)).toEqual([])
  })

  it('leave one admin when two take each other’s away at the same time, and never take the last one’s', async () => {
    const { people, boss, hire } = await anOffice()
    const other = await hire('admin')
    await db.update(operators).set({ role: 'viewer' })
    for (const id of [boss.id, other.id]) await db.update(operators).set({ role: 'admin' }).where(eq(operators.id, id))
    const ends = await Promise.all([
      codeOf(people.disable({ by: boss.id, operatorId: other.id })),
      codeOf(people.disable({ by: other.id, operatorId: boss.id })),
    ])
    expect(ends.sort()).toEqual(['done', 'forbidden'])
    const [last] = await db
      .select()
      .from(operators)
      .where(eq(operators.role, 'admin'))
      .orderBy(asc(operators.disabledAt))
    expect(last?.disabledAt).toBeNull()
    const shell = { by: 'cli' as never, operatorId: last!.id }
    expect(await codeOf(people.changeRole({ ...shell, role: 'viewer' }))).toBe('conflict')
    expect(await codeOf(people.disable(shell))).toBe('conflict')
    expect(await verifyAudit(db)).toMatchObject({ ok: true })
  })

  it('are changed by nobody who has lost the right meanwhile', async () => {
    const { people, boss, hire } = await anOffice()
    const [ben, other] = [await hire(), await hire('admin')]
    await people.changeRole({ by: other.id, operatorId: boss.id, role: 'approver' })
    expect(await codeOf(people.disable({ by: boss.id, operatorId: ben.id }))).toBe('forbidden')
  })
})

describe('from the shell', () => {
  const env = { DATABASE_URL: url, SESSION_SECRET: pepper.reveal(), PUBLIC_URL: 'https://reply.example.org' }

  const run = (line: string) => command(env, line)

  /** What a command leaves on the record of an operator, by whom. */
  async function told(id: string) {
    const entries = await db.select().from(auditEntries).where(eq(auditEntries.subjectId, id))
    return entries.filter(({ actorId }) => actorId === 'cli').map(({ action }) => action)
  }

  it('somebody is invited with a link that is all of stdout', async () => {
    const { accept, people } = await anOffice()
    expect((await run('operators invite dan@example.com --role king')).code).toBe(2)
    const { code, out } = await run('operators invite dan@example.com --role auditor')
    expect(code).toBe(0)
    const link = new URL(out.trim())
    expect(link.origin + link.pathname).toBe('https://reply.example.org/invitation')
    // The shell's clock is the real one; the door's stands still before it.
    expect(await codeOf(accept(link.searchParams.get('token') ?? '', { name: 'Dan' }))).toBe('done')
    expect((await people.listPeople()).operators).toContainEqual(
      expect.objectContaining({ name: 'Dan', role: 'auditor' }),
    )
    const { out: listed } = await run('operators list --json')
    expect(JSON.parse(listed)).toContainEqual(
      expect.objectContaining({ email: 'dan@example.com', secondFactor: false }),
    )
  })

  it('an operator gets a link for a new password, which leaves the second factor and ends the sessions', async () => {
    const { hire, signIn, accept, factorOf, boss } = await anOffice()
    const ben = await hire()
    const tokens = tokensIn(await ben.enter())
    await factorOf(ben.id)
    const { out } = await run(`operators reset-password ${ben.email}`)
    const token = new URL(out.trim()).searchParams.get('token') ?? ''
    expect(await signIn.readInvitation(token)).toMatchObject({ kind: 'password', email: ben.email })
    const next = 'four quite other words'
    expect(await accept(token, { password: next })).toMatchObject({ kind: 'code' })
    expect(await signIn.sessionOf(tokens)).toBeUndefined()
    expect(await codeOf(ben.enter())).toBe('unauthenticated')
    expect(await ben.enter(next)).toMatchObject({ kind: 'code' })
    expect(await told(ben.id)).toEqual(['operator.password_link_made'])
    expect(boss.id).not.toBe(ben.id)
  })

  it('a second factor is taken away, sessions end, and an operator is disabled and enabled', async () => {
    const { hire, signIn, factorOf } = await anOffice()
    const ben = await hire()
    await factorOf(ben.id)
    expect(await ben.enter()).toMatchObject({ kind: 'code' })
    expect((await run(`operators reset-second-factor ${ben.email}`)).code).toBe(0)
    const tokens = tokensIn(await ben.enter())
    expect(await signIn.sessionOf(tokens)).toBeDefined()
    expect((await run(`operators end-sessions ${ben.id}`)).code).toBe(0)
    expect(await signIn.sessionOf(tokens)).toBeUndefined()
    expect((await run(`operators disable ${ben.email}`)).err).toContain('Disabled and signed out')
    expect(await codeOf(ben.enter())).toBe('unauthenticated')
    expect((await run(`operators enable ${ben.email}`)).code).toBe(0)
    expect(await codeOf(ben.enter())).toBe('done')
    expect(await told(ben.id)).toEqual([
      'operator.factor_reset',
      'operator.sessions_ended',
      'operator.disabled',
      'operator.enabled',
    ])
  })

  it('nobody is found who is not there', async () => {
    expect(await run('operators disable nobody@example.com')).toMatchObject({ code: 3, out: '' })
  })
})
