import { eq, sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { accountLogins } from '#db/schema/account-logins.ts'
import { accounts } from '#db/schema/accounts.ts'
import { auditEntries } from '#db/schema/audit-entries.ts'
import { drafts } from '#db/schema/drafts.ts'
import { NO_EXPIRY } from '#src/domain/credential.ts'
import type { AccountId } from '#src/domain/ids.ts'
import { redisText } from '#tests/support/canaries.ts'
import { answerDialog, aPlace, leave, SECRETS, type Visitor } from '#tests/support/sign-ins.ts'
import { anAccount, aThread } from '#tests/support/threads.ts'

const place = await aPlace()
const { db, url, sandbox, lines, clock, visit, browser, keyring } = place
const TEN_MINUTES_MS = 600_000

const rowOf = async (id: string) =>
  (
    await db
      .select()
      .from(accounts)
      .where(eq(accounts.id, id as AccountId))
  )[0]
const byRef = async (ref: string) => (await db.select().from(accounts).where(eq(accounts.accountRef, ref)))[0]
const refused = () => db.select().from(auditEntries).where(eq(auditEntries.action, 'login.refused'))
const storedIn = async () => ({ accounts: await db.$count(accounts), refused: (await refused()).length })
const idIn = (location: string | null) => /(acc|lgn)_[0-9a-z]{26}/.exec(location ?? '')?.[0] ?? ''
const opened = (account: { id: AccountId; sealedToken: string } | undefined) =>
  account && keyring.open(account.sealedToken, { owner: account.id, field: 'token' }).reveal()
const tokenOf = (name: string, platform: string) =>
  sandbox.control.stage.accounts().find((one) => one.name === name && one.platform === platform)
const pathOf = (back: string) => back.slice(url.length)

/** Signs in at Instagram and comes back; answers where the console leads then. */
async function connectInstagram(visitor: Visitor, answer: Parameters<typeof answerDialog>[1] = {}, account?: string) {
  const back = await answerDialog(await leave(visitor, 'instagram', account), answer)
  return visitor.request(pathOf(back))
}

async function signInAtFacebook(visitor: Visitor, answer: Parameters<typeof answerDialog>[1] = {}, account?: string) {
  const back = await answerDialog(await leave(visitor, 'messenger', account), answer)
  return visitor.request(pathOf(back))
}

const ALL_PAGES = { accounts: ['Murmelton Ceramics', 'Murmelton Workshop', 'Old Town Market'] }

describe('Instagram', () => {
  it('connects the account that was allowed, with its scopes, its owner and its webhooks', async () => {
    const visitor = await visit()
    const answer = await connectInstagram(visitor, { accounts: ['murmelton.seconds'] })
    expect(answer.status).toBe(303)
    expect(answer.headers.get('location')).toMatch(/^\/accounts\/acc_\w+\?done=connected$/)
    const account = await rowOf(idIn(answer.headers.get('location')))
    expect(account).toMatchObject({
      platform: 'instagram',
      name: 'murmelton.seconds',
      credentialStatus: 'valid',
      scopes: ['instagram_business_basic', 'instagram_business_manage_messages', 'instagram_business_manage_comments'],
      subscribedFields: expect.arrayContaining(['messages', 'comments']),
      ownerRef: expect.stringMatching(/^25\d+$/),
      heardAt: null,
    })
    expect(opened(account)).toBe(tokenOf('Murmelton Seconds', 'instagram')?.token)
    const days = ((account?.tokenExpiresAt.getTime() ?? 0) - Date.now()) / 86_400_000
    expect(Math.round(days)).toBe(60)
    const [entry] = await db
      .select()
      .from(auditEntries)
      .where(eq(auditEntries.subjectId, account?.id ?? ''))
    expect(entry).toMatchObject({ action: 'account.added', actorKind: 'operator', actorId: visitor.operator.id })
  })

  it('says in plain words what was not allowed, and what will not work for it', async () => {
    const visitor = await visit()
    const without = ['instagram_business_manage_comments']
    const answer = await connectInstagram(visitor, { accounts: ['murmelton.seconds'], without })
    const page = await visitor.open(answer.headers.get('location') ?? '')
    expect(page).toContain('Not everything was allowed')
    expect(page).toContain('Comments are neither received nor answered.')
    expect(page).not.toContain('Direct messages are neither received')
    expect((await rowOf(idIn(answer.headers.get('location'))))?.scopes).not.toContain(without[0])
  })

  it('takes a denial calmly, and keeps nothing', async () => {
    const visitor = await visit()
    const before = await storedIn()
    const answer = await connectInstagram(visitor, { answer: 'deny' })
    const page = await visitor.request(answer.headers.get('location') ?? '')
    expect(page.status).toBe(200)
    expect(await page.text()).toContain('The permission was not given')
    expect(await storedIn()).toEqual(before)
  })

  it('says why when Meta does not take the code, and keeps nothing', async () => {
    const visitor = await visit()
    const before = await storedIn()
    const back = new URL(await answerDialog(await leave(visitor, 'instagram')))
    back.searchParams.set('code', 'AQother')
    const answer = await visitor.request(pathOf(back.href))
    expect(answer.status).toBe(502)
    expect(await answer.text()).toContain('Meta did not accept the sign-in (400)')
    expect(await storedIn()).toEqual(before)
  })

  it('takes a code with #_ behind it', async () => {
    const visitor = await visit()
    const back = new URL(await answerDialog(await leave(visitor, 'instagram')))
    expect(back.hash).toBe('#_')
    back.searchParams.set('code', `${back.searchParams.get('code')}#_`)
    expect((await visitor.request(pathOf(back.href).split('#')[0] ?? '')).status).toBe(303)
  })
})

describe('Facebook', () => {
  it('lists every Page that was allowed, connects those that are ticked, and forgets the others’ tokens', async () => {
    const visitor = await visit()
    const back = await signInAtFacebook(visitor, ALL_PAGES)
    const loginPath = back.headers.get('location') ?? ''
    expect(loginPath).toMatch(/^\/logins\/lgn_/)
    const page = await visitor.open(loginPath)
    for (const name of ALL_PAGES.accounts) expect(page).toContain(name)
    expect(page).toContain('Your role there does not let you answer messages or moderate comments')
    const workshop = tokenOf('Murmelton Workshop', 'messenger')
    const [kept] = await db
      .select()
      .from(accountLogins)
      .where(eq(accountLogins.id, idIn(loginPath) as never))
    expect(kept?.choices).toHaveLength(3)
    expect(kept?.choices?.every(({ sealedToken }) => /^gAAAA/.test(sealedToken))).toBe(true)

    const chosen = await visitor.send(`${loginPath}/accounts`, { pages: workshop?.accountRef ?? '' })
    const account = await rowOf(idIn(chosen.headers.get('location')))
    expect(account).toMatchObject({
      platform: 'messenger',
      name: 'Murmelton Workshop',
      tokenExpiresAt: NO_EXPIRY,
      scopes: expect.arrayContaining(['pages_messaging', 'pages_manage_metadata']),
      subscribedFields: expect.arrayContaining(['messages', 'feed']),
      ownerRef: expect.stringMatching(/^\d+$/),
    })
    expect(account?.dataAccessExpiresAt).not.toBeNull()
    expect(opened(account)).toBe(workshop?.token)
    const [after] = await db
      .select()
      .from(accountLogins)
      .where(eq(accountLogins.id, idIn(loginPath) as never))
    expect(after).toMatchObject({ status: 'connected', choices: null })
    expect(await byRef(tokenOf('Murmelton Ceramics', 'messenger')?.accountRef ?? '')).toBeUndefined()
  })

  it('never connects a Page on which its person may not answer, whatever is sent', async () => {
    const visitor = await visit()
    const path = (await signInAtFacebook(visitor, ALL_PAGES)).headers.get('location') ?? ''
    const market = tokenOf('Old Town Market', 'messenger')?.accountRef ?? ''
    const answer = await visitor.send(`${path}/accounts`, { pages: market })
    expect(answer.status).toBe(422)
    expect(await answer.text()).toContain('Tick at least one Page')
    expect(await byRef(market)).toBeUndefined()
  })

  it('is chosen from once, and only by the browser that signed in', async () => {
    const visitor = await visit()
    const path = (await signInAtFacebook(visitor, ALL_PAGES)).headers.get('location') ?? ''
    const pages = tokenOf('Murmelton Workshop', 'messenger')?.accountRef ?? ''
    for (const stranger of [await visit(), browser()]) {
      expect((await stranger.request(path)).status).toBe(404)
      expect((await stranger.send(`${path}/accounts`, { pages })).status).toBe(404)
    }
    expect((await visitor.send(`${path}/accounts`, { pages })).status).toBe(303)
    expect((await visitor.send(`${path}/accounts`, { pages })).status).toBe(409)
  })

  it('erases the tokens that nobody chose within ten minutes', async () => {
    const visitor = await visit()
    const path = (await signInAtFacebook(visitor, ALL_PAGES)).headers.get('location') ?? ''
    const pages = tokenOf('Murmelton Workshop', 'messenger')?.accountRef ?? ''
    try {
      clock.offsetMs = TEN_MINUTES_MS + 1000
      expect(await visitor.open(path)).toContain('Ten minutes are over')
      expect((await visitor.send(`${path}/accounts`, { pages })).status).toBe(409)
      await connectInstagram(visitor)
      const [login] = await db
        .select()
        .from(accountLogins)
        .where(eq(accountLogins.id, idIn(path) as never))
      expect(login?.choices).toBeNull()
    } finally {
      clock.offsetMs = 0
    }
  })

  it('says so when no Page was allowed', async () => {
    const visitor = await visit()
    const answer = await signInAtFacebook(visitor, { ...ALL_PAGES, without: ['pages_show_list'] })
    expect(answer.status).toBe(409)
    expect(await answer.text()).toContain('Facebook named no Page')
  })
})

describe('a return that was not begun here', () => {
  const callback = (state: string, platform = 'instagram') => `/connect/${platform}/callback?code=AQx&state=${state}`

  /** It is refused with a page, nothing is connected, and it is in the log. */
  async function expectRefused(visitor: Visitor, path: string, reason: string) {
    const before = await db.$count(accounts)
    lines.length = 0
    const answer = await visitor.request(path)
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain('This sign-in cannot be taken')
    expect(await db.$count(accounts)).toBe(before)
    const security = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'security')
    expect(security).toMatchObject([{ event: 'login.state_refused', reason }])
  }

  it('with a state that nobody was given is refused, and a signed-in person’s is on the record', async () => {
    const before = (await refused()).length
    await expectRefused(browser(), callback('nonsense'), 'unknown')
    expect(await refused()).toHaveLength(before)
    const visitor = await visit()
    await expectRefused(visitor, callback('nonsense'), 'unknown')
    await expectRefused(visitor, '/connect/instagram/callback', 'unknown')
    expect((await refused()).slice(before)).toMatchObject(
      Array.from({ length: 2 }, () => ({ actorId: visitor.operator.id, detail: { reason: 'unknown' } })),
    )
  })

  it('in another’s browser is refused, and still good in its own', async () => {
    const [visitor, other] = [await visit(), await visit()]
    const before = (await refused()).length
    const back = pathOf(await answerDialog(await leave(visitor, 'instagram')))
    await expectRefused(other, back, 'foreign')
    await expectRefused(browser(), back, 'foreign')
    expect((await refused()).slice(before)).toHaveLength(2)
    expect((await visitor.request(back)).status).toBe(303)
  })

  it('at the other platform’s door is refused', async () => {
    const visitor = await visit()
    const back = pathOf(await answerDialog(await leave(visitor, 'instagram')))
    await expectRefused(visitor, back.replace('/instagram/', '/messenger/'), 'foreign')
  })

  it('a second time is refused, also after a denial', async () => {
    const visitor = await visit()
    for (const answer of ['allow', 'deny'] as const) {
      const back = pathOf(await answerDialog(await leave(visitor, 'instagram'), { answer }))
      expect((await visitor.request(back)).status).toBe(303)
      await expectRefused(visitor, back, 'reused')
    }
  })

  it('twice at once connects once', async () => {
    const visitor = await visit()
    const back = pathOf(await answerDialog(await leave(visitor, 'instagram')))
    const answers = await Promise.all([1, 2, 3].map(() => visitor.request(back)))
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 400, 400])
  })

  it('after ten minutes is refused', async () => {
    const visitor = await visit()
    const back = pathOf(await answerDialog(await leave(visitor, 'instagram')))
    try {
      clock.offsetMs = TEN_MINUTES_MS + 1000
      await expectRefused(visitor, back, 'expired')
    } finally {
      clock.offsetMs = 0
    }
  })

  it('of somebody who may not connect any more is refused', async () => {
    const visitor = await visit()
    const back = pathOf(await answerDialog(await leave(visitor, 'instagram')))
    await db.execute(sql`update operators set role = 'viewer' where id = ${visitor.operator.id}`)
    await expectRefused(visitor, back, 'foreign')
  })

  it('is not spent by somebody who only looks at the address', async () => {
    const visitor = await visit()
    const back = pathOf(await answerDialog(await leave(visitor, 'instagram')))
    await visitor.request(back, { method: 'HEAD' })
    expect((await visitor.request(back)).status).toBe(303)
  })
})

describe('connecting again', () => {
  it('gives the account its new token and keeps its settings and drafts', async () => {
    const { accountRef } = sandbox.control.account()
    await db.delete(accounts).where(eq(accounts.accountRef, accountRef))
    const account = await anAccount(db, { accountRef, voice: 'Warm.', undoMs: 77, credentialStatus: 'revoked' })
    const { draft } = await aThread(db, { account })
    const visitor = await visit()
    const answer = await connectInstagram(visitor, { accounts: ['murmelton.ceramics'] }, account.id)
    expect(answer.headers.get('location')).toBe(`/accounts/${account.id}?done=reconnected`)
    const after = await rowOf(account.id)
    expect(after).toMatchObject({ voice: 'Warm.', undoMs: 77, credentialStatus: 'valid', name: 'Alpine Outfitters' })
    expect(opened(after)).toBe(sandbox.control.account().token)
    expect(await db.select().from(drafts).where(eq(drafts.accountId, account.id))).toMatchObject([
      { id: draft?.id, status: 'pending_review' },
    ])
  })

  it('as another account is told plainly, and changes neither', async () => {
    const account = await anAccount(db, { name: 'Elsewhere' })
    const visitor = await visit()
    const before = await db.$count(accounts)
    const answer = await connectInstagram(visitor, { accounts: ['murmelton.ceramics'] }, account.id)
    expect(answer.status).toBe(409)
    expect(await answer.text()).toContain(
      'This token belongs to murmelton.ceramics, not to Elsewhere: nothing was changed',
    )
    expect(await db.$count(accounts)).toBe(before)
    expect((await rowOf(account.id))?.sealedToken).toBe('sealed')
  })

  it('a Page that is not among those allowed is told plainly', async () => {
    const account = await anAccount(db, {
      name: 'Page elsewhere',
      platform: 'messenger',
      accountRef: '200000000000999',
    })
    const visitor = await visit()
    const answer = await signInAtFacebook(visitor, ALL_PAGES, account.id)
    const page = await visitor.open(answer.headers.get('location') ?? '')
    expect(page).toMatch(/<strong>Page elsewhere<\/strong> is not among them/)
    expect(page).not.toMatch(/type="checkbox"[^>]* checked/)
  })
})

describe('a pasted token', () => {
  const paste = (visitor: Visitor, accessToken: string, fields: Record<string, string> = {}) =>
    visitor.send('/connect/instagram/token', { accessToken, ...fields })

  it('takes the same way, and is never sent back', async () => {
    const visitor = await visit()
    const { token, accountRef } = sandbox.control.account()
    const answer = await paste(visitor, `  ${token}\n`)
    expect(answer.status).toBe(303)
    expect(await byRef(accountRef)).toMatchObject({ subscribedFields: expect.arrayContaining(['messages']) })
    for (const wrong of ['IGAAcanaryWrongToken0123', 'canary token']) {
      const refusal = await paste(visitor, wrong)
      expect(refusal.status).toBeGreaterThanOrEqual(400)
      const page = await refusal.text()
      expect(page).toContain('type="password"')
      expect(page).not.toContain('canary')
    }
  })

  it('of another account than the one to be connected again is told plainly', async () => {
    const account = await anAccount(db, { name: 'Not this one' })
    const answer = await paste(await visit(), sandbox.control.account().token, { account: account.id })
    expect(answer.status).toBe(409)
    expect(await answer.text()).toContain('not to Not this one')
  })

  it('is for those who may configure', async () => {
    const visitor = await visit({ role: 'approver' })
    expect((await paste(visitor, sandbox.control.account().token)).status).toBe(403)
    expect((await visitor.send('/connect/instagram/login')).status).toBe(403)
    expect((await visitor.request('/connect')).status).toBe(403)
  })
})

it('an account’s light turns on by the event stream when its first webhook arrives, and not before', async () => {
  const visitor = await visit()
  const answer = await connectInstagram(visitor, { accounts: ['murmelton.seconds'] })
  const path = answer.headers.get('location') ?? ''
  expect(await visitor.open(path)).toContain('Waiting for the first message')
  const stream = (await visitor.request('/events')).body?.pipeThrough(new TextDecoderStream()).getReader()
  let heard = ''
  const listening = (async () => {
    for (let part = await stream?.read(); part && !part.done; part = await stream?.read()) heard += part.value
  })().catch(() => undefined)
  const accountRef = tokenOf('Murmelton Seconds', 'instagram')?.accountRef ?? ''
  const other = sandbox.control.phone.meet('Somebody else')
  await sandbox.control.phone.write(other.contactRef, { text: 'To the first shop' }).delivered
  const contact = sandbox.control.phone.meet('Me', { accountRef })
  await sandbox.control.phone.write(contact.contactRef, { text: 'Is this on?' }).delivered
  await expect.poll(() => heard, { timeout: 20_000 }).toContain(`event: accounts\ndata: ${idIn(path)}`)
  expect(await visitor.open(path)).toContain('Messages arrive.')
  await stream?.cancel()
  await listening
})

it('no token, code, state or app secret is readable in MySQL, in Redis or in a log line', async () => {
  const visitor = await visit()
  const toInstagram = await leave(visitor, 'instagram')
  const back = await answerDialog(toInstagram)
  await visitor.request(pathOf(back))
  await signInAtFacebook(visitor, ALL_PAGES)
  const spoken = new URL(back).searchParams
  const hidden = [
    ...sandbox.control.stage.accounts().map(({ token }) => token),
    ...[spoken.get('code') ?? '', spoken.get('state') ?? '', SECRETS.instagram, SECRETS.meta],
  ]
  const [tables] = (await db.execute(sql`show tables`)) as unknown as [Record<string, string>[]]
  const rows = await Promise.all(
    tables.map((table) => db.execute(sql`select * from ${sql.identifier(Object.values(table)[0] ?? '')}`)),
  )
  const kept = { mysql: JSON.stringify(rows), redis: await redisText(place.redis, ''), log: lines.join('\n') }
  for (const [where, text] of Object.entries(kept)) {
    expect(text.length, where).toBeGreaterThan(100)
    for (const secret of hidden) expect(text.includes(secret), where).toBe(false)
    expect(text, where).not.toMatch(/EAAU[\w-]{20}|IGAAS[\w-]{20}/)
  }
})
