/* Passkeys as a browser uses them, over HTTP and the real stores; the key is made of software and signs as a real one does. */
import { asc, eq } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { alerts } from '#db/schema/alerts.ts'
import { auditEntries } from '#db/schema/audit-entries.ts'
import { operators } from '#db/schema/operators.ts'
import { passkeyChallenges, passkeys } from '#db/schema/passkeys.ts'
import { sessions } from '#db/schema/sessions.ts'
import type { OperatorId } from '#src/domain/ids.ts'
import { CLI, createPeople } from '#src/flow/people.ts'
import { createKeyring } from '#src/vault/keyring.ts'
import { hashPassword } from '#src/vault/passwords.ts'
import { type Asked, aSecurityKey, type Faults, type SecurityKey } from '#tests/support/passkeys.ts'
import { aFactor } from '#tests/support/second-factor.ts'
import { aRedis } from '#tests/support/stores.ts'
import { anOperator } from '#tests/support/threads.ts'
import { aWeb, webOver } from '#tests/support/web.ts'

const ORIGIN = 'http://localhost:3000'
const REFUSED = 'This passkey was not taken; try again, or use a code.'
const password = 'correct horse battery'
const { db, parts, from, lines, signIn } = await aWeb()
const { redis, prefix } = aRedis()
const { config } = parts
const rights = createPeople({ db, pepper: config.sessionSecret, publish: () => undefined, now: parts.now })
let serial = 0

/** Somebody with a password and an app, in a browser that keeps its cookies and follows nothing. */
async function aPerson() {
  const operator = await anOperator(db, { role: 'admin' })
  await db
    .update(operators)
    .set({ passwordHash: await hashPassword(password, config.sessionSecret, 4) })
    .where(eq(operators.id, operator.id))
  const { codeAt } = await aFactor(db, operator.id, createKeyring(config.appSecretKey))
  const address = `198.51.100.${++serial}`
  const browser = () => aBrowser(address, operator.email)
  return { operator, browser, code: () => codeAt(new Date()) }
}

function aBrowser(address: string, email: string) {
  const cookies = new Map<string, string>()
  const send = async (path: string, init: RequestInit) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await from(address, path, { ...init, headers: { ...init.headers, cookie, origin: ORIGIN } })
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      cookies.set(name, value)
    }
    return answer
  }
  const post = (path: string, fields: Record<string, string> = {}) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    return send(path, { method: 'POST', headers, body: new URLSearchParams(fields).toString() })
  }
  const asked = async (path: string) => (await post(path)).json() as Promise<Asked>
  return {
    get: (path: string) => send(path, {}),
    post,
    asked,
    /** Up to the question for the second factor. */
    begin: () => post('/sign-in', { email, password }),
    code: (code: string) => post('/sign-in/code', { code }),
    /** The whole second step. */
    async tap(key: SecurityKey, faults: Faults = {}) {
      const passkey = key.get(await asked('/sign-in/passkey/challenges'), faults)
      return post('/sign-in/passkey', { passkey })
    },
    async confirm(key: SecurityKey, faults: Faults = {}) {
      const proof = key.get(await asked('/confirmation/challenges'), faults)
      return post('/confirmation', { 'proof-passkey': proof, to: '/me' })
    },
    async add(key: SecurityKey, name = 'Phone') {
      return post('/me/passkeys', { name, credential: key.create(await asked('/me/passkeys/challenges')) })
    },
  }
}

/** The same, signed in, with a passkey. */
async function withPasskey({ key = aSecurityKey(ORIGIN) } = {}) {
  const ada = await aPerson()
  const here = ada.browser()
  await here.begin()
  await here.code(ada.code())
  expect((await here.add(key)).headers.get('location')).toBe('/me?done=passkey-added')
  const rows = () => db.select().from(passkeys).where(eq(passkeys.operatorId, ada.operator.id))
  const there = async () => {
    const other = ada.browser()
    await other.begin()
    return other
  }
  return { ...ada, key, here, there, rows, id: (await rows())[0]!.id }
}

async function recordOf(id: OperatorId) {
  const entries = await db
    .select()
    .from(auditEntries)
    .where(eq(auditEntries.subjectId, id))
    .orderBy(asc(auditEntries.seq))
  return entries.map(({ action, detail }) => ({ action, ...detail }))
}

const isIn = (answer: Response) => answer.headers.get('location') === '/queue'

/** What somebody outside can tell of a refusal. */
async function told(answer: Response) {
  const html = await answer.text()
  return [answer.status, /role="alert">.*?<span>(.*?)<\/span>/s.exec(html)?.[1]]
}

describe('a passkey', () => {
  it('signs in after the password, is listed with its use, and is on the record', async () => {
    const { key, here, there, operator, id } = await withPasskey()
    expect(await (await here.get('/me')).text()).toContain('not used yet')
    const browser = await there()
    expect(await (await browser.get('/sign-in/code')).text()).toContain('data-challenges="/sign-in/passkey/challenges"')
    expect(isIn(await browser.tap(key))).toBe(true)
    expect((await browser.get('/me')).status).toBe(200)
    expect(await (await here.get('/me')).text()).toMatch(/Phone.*last used/s)
    expect(await recordOf(operator.id)).toEqual([
      { action: 'operator.signed_in', factor: 'app' },
      { action: 'operator.passkey_added', passkey: id },
      { action: 'operator.passkey_used', for: 'sign_in', passkey: id },
      { action: 'operator.signed_in', factor: 'passkey' },
    ])
  })

  it('is asked for by name, of the public address, whatever the Host says', async () => {
    const { key, there } = await withPasskey()
    const asked = await (await there()).asked('/sign-in/passkey/challenges')
    expect(asked).toMatchObject({ rpId: 'localhost', userVerification: 'required', allowCredentials: [{ id: key.id }] })
    const evil = aSecurityKey('http://evil.example')
    const browser = await there()
    const answer = evil.get({ ...(await browser.asked('/sign-in/passkey/challenges')), rpId: 'evil.example' })
    expect((await browser.post('/sign-in/passkey', { passkey: answer })).status).toBe(401)
  })

  it('proves once more who somebody is, on the page and in the middle of a form', async () => {
    const { key, here, operator } = await withPasskey()
    const stale = () =>
      db
        .update(sessions)
        .set({ confirmedAt: new Date(0) })
        .where(eq(sessions.operatorId, operator.id))
    await stale()
    expect(await (await here.get('/confirmation')).text()).toContain('data-challenges="/confirmation/challenges"')
    expect((await here.get('/me/passkeys/new')).headers.get('location')).toContain('/confirmation')
    expect((await here.confirm(key)).headers.get('location')).toBe('/me')
    expect((await here.get('/me/passkeys/new')).status).toBe(200)
    await stale()
    const form = { email: 'new@example.com', role: 'viewer' }
    expect((await here.post('/people/invitations', form)).status).toBe(403)
    const proof = key.get(await here.asked('/confirmation/challenges'))
    expect((await here.post('/people/invitations', { ...form, 'proof-passkey': proof })).status).toBe(200)
    expect(await recordOf(operator.id)).toContainEqual({ action: 'operator.confirmed', with: 'passkey' })
  })

  it('is added and removed with a fresh proof only', async () => {
    const { here, operator, rows, id } = await withPasskey()
    const asked = await here.asked('/me/passkeys/challenges')
    await db
      .update(sessions)
      .set({ confirmedAt: new Date(0) })
      .where(eq(sessions.operatorId, operator.id))
    const credential = aSecurityKey(ORIGIN).create(asked)
    for (const [path, form] of [
      ['/me/passkeys/challenges', {}],
      ['/me/passkeys', { name: 'Two', credential }],
      [`/me/passkeys/${id}/removal`, {}],
    ] as const) {
      expect((await here.post(path, form)).status, path).toBe(403)
    }
    expect(await rows()).toHaveLength(1)
  })

  it('is added once, by its owner’s session, with what was asked there, and with an app', async () => {
    const { key, here, rows, operator } = await withPasskey()
    expect((await here.add(key)).status).toBe(422)
    const ben = await withPasskey()
    expect((await ben.here.add(key)).status).toBe(422)
    const other = aSecurityKey(ORIGIN)
    const asked = await ben.here.asked('/me/passkeys/challenges')
    expect((await here.post('/me/passkeys', { name: 'x', credential: other.create(asked) })).status).toBe(422)
    await db.update(operators).set({ totpSeed: null }).where(eq(operators.id, operator.id))
    expect((await here.add(other)).status).toBe(409)
    expect(await rows()).toHaveLength(1)
  })

  it('is refused in the same words whatever is wrong, and the record knows why', async () => {
    const { key, there, operator, rows } = await withPasskey()
    const ben = await withPasskey()
    const [before] = await rows()
    const browser = await there()
    const wrong: Faults[] = [
      ...[{ origin: 'https://localhost:3000' }, { rpId: 'evil.example' }, { challenge: 'A'.repeat(43) }],
      ...[{ unverified: true }, { forged: true }],
    ]
    for (const faults of wrong.slice(0, 4)) expect(await told(await browser.tap(key, faults))).toEqual([401, REFUSED])
    // Before it is slowed down.
    expect(isIn(await browser.tap(key))).toBe(true)
    const again = await there()
    expect(await told(await again.tap(key, wrong[4]))).toEqual([401, REFUSED])
    expect(await told(await again.tap(ben.key))).toEqual([401, REFUSED])
    expect(await told(await again.tap(aSecurityKey(ORIGIN)))).toEqual([401, REFUSED])
    expect(await told(await again.post('/sign-in/passkey', { passkey: '{}' }))).toEqual([401, REFUSED])
    const reasons = (await recordOf(operator.id)).filter(({ action }) => action === 'operator.passkey_refused')
    const because = reasons.map((entry) => (entry as unknown as { reason: string }).reason)
    expect(because).toEqual([...Array(5).fill('answer'), ...Array(3).fill('unknown')])
    expect((await rows())[0]?.signCount).toBeGreaterThan(before!.signCount)
  })

  it('answers a question once, where it was asked, within five minutes', async () => {
    // Of one that counts, the counter alone would tell.
    const { key, there } = await withPasskey({ key: aSecurityKey(ORIGIN, { counts: false }) })
    const browser = await there()
    const asked = await browser.asked('/sign-in/passkey/challenges')
    const passkey = key.get(asked)
    expect((await (await there()).post('/sign-in/passkey', { passkey })).status).toBe(401)
    const ends = await Promise.all([1, 2, 3].map(() => browser.post('/sign-in/passkey', { passkey })))
    expect(ends.filter(isIn)).toHaveLength(1)

    const late = await there()
    const question = await late.asked('/sign-in/passkey/challenges')
    const [row] = await db.select().from(passkeyChallenges)
    expect(row!.expiresAt.getTime() - row!.createdAt.getTime()).toBe(5 * 60_000)
    await db.update(passkeyChallenges).set({ expiresAt: new Date() })
    expect((await late.post('/sign-in/passkey', { passkey: key.get(question) })).status).toBe(401)

    const again = await there()
    const first = await again.asked('/sign-in/passkey/challenges')
    await again.asked('/sign-in/passkey/challenges')
    expect((await again.post('/sign-in/passkey', { passkey: key.get(first) })).status).toBe(401)
  })

  it('whose counter went back is refused, and everybody hears of it until it is removed', async () => {
    const { key, here, there, operator, id } = await withPasskey()
    expect(isIn(await (await there()).tap(key, { count: 40 }))).toBe(true)
    lines.length = 0
    expect(await told(await (await there()).tap(key, { count: 40 }))).toEqual([401, REFUSED])
    expect(lines.join('')).toContain('passkey.counter_back')
    const open = async () =>
      (await db.select().from(alerts)).filter(({ openKey }) => openKey === `passkey_copied:${id}`)
    expect(await open()).toMatchObject([{ severity: 'critical' }])
    expect(await recordOf(operator.id)).toContainEqual({
      ...{ action: 'operator.passkey_refused', for: 'sign_in', reason: 'counter', passkey: id },
    })
    // A wrong signature raises no alarm, whatever its counter says.
    expect(isIn(await (await there()).tap(key, { count: 41 }))).toBe(true)
    lines.length = 0
    await (await there()).tap(key, { count: 1, forged: true })
    expect(lines.join('')).not.toContain('passkey.counter_back')
    expect((await here.post(`/me/passkeys/${id}/removal`)).headers.get('location')).toBe('/me?done=passkey-removed')
    expect(await open()).toEqual([])
  })

  it('of a device that does not count is taken again and again', async () => {
    const { key, there } = await withPasskey({ key: aSecurityKey(ORIGIN, { counts: false }) })
    for (let i = 0; i < 2; i++) expect(isIn(await (await there()).tap(key))).toBe(true)
  })

  it('that was moved to another operator in the table opens nothing', async () => {
    const { key, id } = await withPasskey()
    const ben = await withPasskey()
    await db.update(passkeys).set({ operatorId: ben.operator.id }).where(eq(passkeys.id, id))
    expect(await told(await (await ben.there()).tap(key))).toEqual([401, REFUSED])
  })

  it('that was wrong slows the next try down, with codes and with the app’s', async () => {
    const { key, there, code } = await withPasskey()
    const browser = await there()
    for (let i = 0; i < 5; i++) await browser.tap(key, { forged: true })
    expect((await browser.tap(key)).status).toBe(429)
    expect((await browser.code(code())).status).toBe(429)
  })
})

describe('nothing stays usable', () => {
  it('once a passkey is removed, and every other session of its owner ends', async () => {
    const { key, here, there, operator, rows, id } = await withPasskey()
    const [signedIn, waiting] = [await there(), await there()]
    await signedIn.tap(key)
    const asked = await waiting.asked('/sign-in/passkey/challenges')
    await here.post(`/me/passkeys/${id}/removal`)
    expect(await rows()).toEqual([])
    expect((await signedIn.get('/me')).headers.get('location')).toContain('/sign-in')
    expect((await here.get('/me')).status).toBe(200)
    expect((await waiting.post('/sign-in/passkey', { passkey: key.get(asked) })).status).toBe(401)
    expect(await (await waiting.get('/sign-in/code')).text()).not.toContain('data-challenges')
    expect(await recordOf(operator.id)).toContainEqual({ action: 'operator.passkey_removed', passkey: id })
  })

  it('of another’s: nobody removes what is not theirs, nor their last second factor', async () => {
    const { here, rows, operator, id } = await withPasskey()
    const ben = await withPasskey()
    expect((await ben.here.post(`/me/passkeys/${id}/removal`)).status).toBe(404)
    await db.update(operators).set({ totpSeed: null }).where(eq(operators.id, operator.id))
    expect((await here.post(`/me/passkeys/${id}/removal`)).status).toBe(409)
    expect(await rows()).toHaveLength(1)
  })

  it('when their owner is shut out or their session ends', async () => {
    const { key, here, there, operator } = await withPasskey()
    const browser = await there()
    const asked = await browser.asked('/sign-in/passkey/challenges')
    const confirming = await here.asked('/confirmation/challenges')
    await rights.disable({ by: CLI, operatorId: operator.id })
    const ends = [
      await browser.post('/sign-in/passkey', { passkey: key.get(asked) }),
      await browser.post('/sign-in/passkey/challenges'),
      await here.post('/confirmation', { 'proof-passkey': key.get(confirming), to: '/me' }),
      await here.post('/me/passkeys/challenges'),
    ]
    expect(ends.map(isIn)).toEqual([false, false, false, false])
    expect(ends.map(({ status }) => status)).toEqual([303, 401, 401, 401])
  })

  it('after a reset from the shell', async () => {
    const { there, rows, operator, key } = await withPasskey()
    const browser = await there()
    const asked = await browser.asked('/sign-in/passkey/challenges')
    await rights.resetFactor({ by: CLI, operatorId: operator.id })
    expect(await rows()).toEqual([])
    expect(isIn(await browser.post('/sign-in/passkey', { passkey: key.get(asked) }))).toBe(false)
    expect(await recordOf(operator.id)).toContainEqual({ action: 'operator.factor_reset', passkeys: 1 })
  })
})

it('where browsers make none, the pages say so and the door is shut', async () => {
  const { app } = webOver({ db, redis, prefix, env: { PUBLIC_URL: 'http://127.0.0.1:3000' } })
  const { headers } = await signIn('viewer')
  const html = await (await app.request('/me', { headers })).text()
  expect(html).toContain('they need https and a name')
  const init = { method: 'POST', headers: { ...headers, origin: 'http://127.0.0.1:3000' } }
  expect((await app.request('/me/passkeys/challenges', init)).status).toBe(409)
})

it('there are none where another service signs people in', async () => {
  const env = { AUTH_MODE: 'external', AUTH_SERVICE_URL: 'http://127.0.0.1:9', AUTH_SERVICE_SECRET: 'k'.repeat(32) }
  const { app } = webOver({ db, redis, prefix, env })
  for (const path of ['/me/passkeys/new', '/me/passkeys', '/sign-in/passkey', '/confirmation/challenges']) {
    const method = path.endsWith('new') ? 'GET' : 'POST'
    expect((await app.request(path, { method, headers: { origin: ORIGIN } })).status, path).toBe(404)
  }
})
